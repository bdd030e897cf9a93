// npm run bench -- sim: what a slot costs, whether idle accounts are free, what a second worker brings to a run
// and to a sweep, and how long 200 seeds of a classic take.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const execute = promisify(execFile);
const root = new URL('..', import.meta.url).pathname;
const LIMITS = { seconds: 20, idle: 1.3, scaling: 1.6, sweepScaling: 1.9, sweepSeconds: 8 };
/** 18 traders act in each slot of a slab, much as in 2 000 accounts of which 1 % act. */
const ACTIVE = ['population.active.count=90', 'population.active.params.every=5 slots'];
const ONE_SLAB = ['slabs.btc.count=1'];
const LONG_SLOTS = 14_400;
const SWEEP_SEEDS = 200;
/** Half a minute with one worker: of it, each worker compiles for itself for some seconds. */
const SCALING_SEEDS = 800;

/** Bundles a file of bench/sim into node_modules, where the bundle finds its packages. */
async function bundleInto(folder, name) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/sim/${name}.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}

/** The smallest of `key` over some runs, each in its own process: others on the machine only make a run slower. */
async function measureBest(key, rounds, start) {
  let best = null;
  for (let round = 0; round < rounds; round += 1) {
    const run = await start();
    if (best === null || run[key] < best[key]) best = run;
  }
  return best;
}

/** Runs a script to its end; what it printed, and its seconds of wall time. */
async function runNode(...args) {
  const startedAt = performance.now();
  const { stdout } = await execute(process.execPath, args, { cwd: root });
  return { stdout, seconds: (performance.now() - startedAt) / 1e3 };
}

/**
 * How much faster two workers are than one, and how much faster they could be: two processes that know nothing of each
 * other, each with one worker, against one alone. Two cores that share caches or are two threads of one core do not get
 * twice as much done, whatever the program. Least of some rounds each.
 */
async function measureScaling(rounds, start) {
  const least = (make) => measureBest('seconds', rounds, make);
  const pair = async () => {
    const [a, b] = await Promise.all([start(1), start(1)]);
    return { seconds: Math.max(a.seconds, b.seconds) };
  };
  const one = await least(() => start(1));
  const two = await least(() => start(2));
  const both = await least(pair);
  return {
    scaling: one.seconds / two.seconds,
    ceiling: (2 * one.seconds) / both.seconds,
  };
}

async function sweepBaseline(folder, seeds, workers) {
  const out = mkdtempSync(join(folder, 'sweep-'));
  rmSync(out, { recursive: true });
  const options = ['--seeds', String(seeds), '--workers', String(workers), '--out', out];
  return runNode('dist/cli.js', 'sweep', 'classic/baseline', ...options);
}

/** Runs all workloads; returns what missed its limit. Needs a build (`npm run build`). */
export async function benchSim() {
  const folder = join(root, 'node_modules/.cache/bench-sim');
  const [run, worker] = await Promise.all([bundleInto(folder, 'run'), bundleInto(folder, 'worker')]);
  const scenario = join(root, 'bench/sim/load.yaml');
  const start = async (workers, overrides) => {
    const { stdout } = await runNode(run, scenario, String(workers), worker, ...overrides);
    const figures = JSON.parse(stdout);
    return { ...figures, seconds: figures.wallSeconds };
  };
  const failures = [];
  const report = (text, value, limit, isMet) => {
    console.log(`${text}: ${value.toFixed(2)} (${limit})`);
    if (!isMet) failures.push(`${text}: ${value.toFixed(2)}, ${limit}`);
  };
  // The limit is a share of what two cores should do at best, so it holds for what these two can do.
  const reportScaling = (what, { ceiling, scaling }, limit) => {
    const possible = Math.min(2, ceiling);
    const share = (limit / 2) * possible;
    console.log(`two independent processes get ${ceiling.toFixed(2)}× as much done here as one`);
    report(
      `${what} from 1 to 2 workers`,
      scaling,
      `at least ${limit}× of 2×, so ${share.toFixed(2)}× of ${possible.toFixed(2)}×`,
      scaling >= share,
    );
  };
  console.log(`load average ${loadavg()[0].toFixed(1)}; seconds of wall time mean little above 0.5\n`);

  const big = await measureBest('wallSeconds', 2, () => start(2, []));
  console.log(
    `50 slabs × 2 000 accounts × 1 800 slots, 1 % active: ${big.instructions} instructions, ${big.fills} fills, ` +
      `${big.cpuSeconds.toFixed(1)} s of CPU, ${big.megabytes.toFixed(0)} MB`,
  );
  report(
    'seconds on 2 workers',
    big.wallSeconds,
    `at most ${LIMITS.seconds}`,
    big.wallSeconds <= LIMITS.seconds,
  );

  // Opening positions and reporting them is done once, however long they idle: a run of two slots tells what it costs.
  const withIdle = async (count) => {
    const run = async (slots) => {
      const overrides = [
        ...ONE_SLAB,
        ...ACTIVE,
        `population.idle.count=${count}`,
        `time.length=${slots} slots`,
      ];
      return (await measureBest('cpuSeconds', 4, () => start(0, overrides))).cpuSeconds;
    };
    const once = await run(2);
    return { once, later: (await run(LONG_SLOTS)) - once };
  };
  const [few, many] = [await withIdle(400), await withIdle(4_000)];
  console.log(
    `opening and reporting: ${few.once.toFixed(2)} s of CPU with 400 idle accounts, ${many.once.toFixed(2)} with 4 000; ` +
      `${LONG_SLOTS} slots: ${few.later.toFixed(2)} and ${many.later.toFixed(2)}`,
  );
  const idle = many.later / few.later;
  report(
    'a slot with 4 000 idle accounts over one with 400',
    idle,
    `at most ${LIMITS.idle}×`,
    idle <= LIMITS.idle,
  );

  reportScaling(
    'speed-up of a run',
    await measureScaling(3, (workers) => start(workers, [])),
    LIMITS.scaling,
  );
  reportScaling(
    `speed-up of a sweep of ${SCALING_SEEDS} seeds`,
    await measureScaling(1, (workers) => sweepBaseline(folder, SCALING_SEEDS, workers)),
    LIMITS.sweepScaling,
  );
  const sweep = await measureBest('seconds', 3, () => sweepBaseline(folder, SWEEP_SEEDS, 2));
  report(
    `seconds of ${SWEEP_SEEDS} seeds of the classic baseline on 2 workers`,
    sweep.seconds,
    `at most ${LIMITS.sweepSeconds}`,
    sweep.seconds <= LIMITS.sweepSeconds,
  );
  return failures;
}
