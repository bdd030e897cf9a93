// npm run bench -- sim: see sim.mjs. npm run bench -- parity-ops: see parity_ops.mjs.
// npm run bench -- risk: times the risk engine with its own arithmetic and with BigInt, interleaved in one process.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../tests/reference/builds.mjs';
import { benchParityOps } from './parity_ops.mjs';
import { benchSim } from './sim.mjs';

const ROUNDS = 9;
const ROUND_MS = 120;
const LIMITS = { speedUp: 2.5, native: 1.2, megabytes: 1.5 };

/** CPU ns per operation: a machine busy with other things stretches wall time, not this. Drawing is not timed. */
function timeRound({ draw, work, operations }) {
  let micros = 0;
  let repeats = 0;
  while (micros < ROUND_MS * 1_000) {
    const instructions = Array.from({ length: 2_048 }, draw);
    const start = process.cpuUsage();
    for (const instruction of instructions) work(instruction);
    const { user, system } = process.cpuUsage(start);
    micros += user + system;
    repeats += instructions.length;
  }
  return (micros * 1_000) / (repeats * operations);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Median ns per operation of both builds; their rounds alternate, so that a busy machine disturbs both. */
function measure(fast, slow) {
  const rounds = { fast: [], slow: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const pair = { fast: timeRound(fast), slow: timeRound(slow) };
    // The first round warms up.
    if (round < 0) continue;
    rounds.fast.push(pair.fast);
    rounds.slow.push(pair.slow);
  }
  return { fast: median(rounds.fast), slow: median(rounds.slow) };
}

/** Heap of one engine: eight of them kept alive, so that what else comes and goes does not matter. */
function weigh(module) {
  const script = `
    const { createFullMarket } = await import(${JSON.stringify(module)});
    const kept = [createFullMarket()];
    const used = () => { gc(); gc(); const m = process.memoryUsage(); return m.heapUsed + m.arrayBuffers; };
    const before = used();
    while (kept.length < 9) kept.push(createFullMarket());
    const after = used();
    console.log(kept.at(-1).globals.usedAccounts, (after - before) / 8e6);`;
  const child = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(child.stderr);
  const [accounts, megabytes] = child.stdout.trim().split(' ').map(Number);
  return { accounts, megabytes };
}

async function benchRisk(folder) {
  const fastPath = await bundle('bench/risk.ts', join(folder, 'fast.mjs'));
  const slowPath = await bundle('bench/risk.ts', join(folder, 'slow.mjs'), { bigint: true });
  const [fast, slow] = await Promise.all([import(fastPath), import(slowPath)]);
  const slowMeasurements = slow.createMeasurements();
  const failures = [];
  console.log(`${'operation'.padEnd(20)}  ns/op  BigInt  faster  native  of native`);
  fast.createMeasurements().forEach((measurement, at) => {
    const { name, nativeNs, required } = measurement;
    const ns = measure(measurement, slowMeasurements[at]);
    const faster = ns.slow / ns.fast;
    const ofNative = nativeNs === null ? null : ns.fast / nativeNs;
    console.log(
      [
        name.padEnd(20),
        ns.fast.toFixed(0).padStart(6),
        ns.slow.toFixed(0).padStart(7),
        `${faster.toFixed(2)}×`.padStart(7),
        String(nativeNs ?? '–').padStart(7),
        (ofNative === null ? '–' : ofNative.toFixed(2)).padStart(10),
      ].join(' '),
    );
    if (!required) return;
    if (faster < LIMITS.speedUp) failures.push(`${name}: only ${faster.toFixed(2)}× the BigInt build`);
    if (ofNative > LIMITS.native) failures.push(`${name}: ${ofNative.toFixed(2)}× the native figure`);
  });
  const { accounts, megabytes } = weigh(fastPath);
  console.log(`\nan engine with ${accounts} accounts: ${megabytes.toFixed(2)} MB`);
  if (megabytes > LIMITS.megabytes) failures.push(`${megabytes.toFixed(2)} MB an engine`);
  return failures;
}

const benches = { risk: benchRisk, sim: benchSim, 'parity-ops': benchParityOps };
const name = process.argv[2] ?? 'risk';
const chosen = benches[name];
if (chosen === undefined) {
  console.error(`no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'percolator-bench-'));
try {
  const failures = await chosen(folder);
  for (const failure of failures) console.log(`missed: ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
