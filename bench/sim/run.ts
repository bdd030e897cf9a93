// node run.mjs FILE WORKERS WORKER_SCRIPT [path=value …]: one run; prints its figures as JSON.
import { loadScenario } from '../../sim/scenario/load.ts';
import { placeSlabs } from '../../sim/shards/placement.ts';
import { runInProcess } from '../../sim/shards/run_in_process.ts';
import { runWorkers } from '../../sim/shards/run_workers.ts';
import { BENCH_PARTS } from './agents.ts';

const [file, workerCount, script, ...overrides] = process.argv.slice(2);
const loaded = loadScenario(file!, { overrides, modules: BENCH_PARTS.registry });
if (!loaded.ok) throw new Error(loaded.issues.map(({ path, message }) => `${path} ${message}`).join('; '));
const { scenario } = loaded;
const plan = { scenario, seed: '1', check: false };
const workers = Number(workerCount);
const loads = scenario.slabs.map(() => 1);
const startedAt = performance.now();
const before = process.cpuUsage();
const results =
  workers === 0
    ? await runInProcess(plan, {}, BENCH_PARTS)
    : await runWorkers(plan, placeSlabs(loads, workers), script!, {});
const { user, system } = process.cpuUsage(before);
const wallSeconds = (performance.now() - startedAt) / 1e3;
const infos = results.map(({ result }) => result.tables.info);
const figures = {
  wallSeconds,
  cpuSeconds: (user + system) / 1e6,
  instructions: infos.reduce((sum, info) => sum + info.instructions, 0),
  rejected: infos.reduce((sum, info) => sum + info.rejected, 0),
  fills: results.reduce((sum, { result }) => sum + result.tables.fills.length, 0),
  megabytes: process.resourceUsage().maxRSS / 1e3,
};
console.log(JSON.stringify(figures));
