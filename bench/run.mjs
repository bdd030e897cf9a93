// npm run bench -- sim: see sim.mjs. npm run bench -- parity-ops, slab-ops: see parity_ops.mjs. npm run bench -- slab: see slab.mjs.
// npm run bench -- risk: times the risk engine with its own arithmetic and with BigInt, interleaved in one process.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../tests/reference/builds.mjs';
import { benchParityOps, benchSlabOps } from './parity_ops.mjs';
import { benchSim } from './sim.mjs';
import { benchSlab } from './slab.mjs';

const ROUNDS = 72;
const CHUNKS = 30;
const CHUNK = 512;
const LIMITS = { speedUp: 2.5, native: 1.2, megabytes: 1.5 };

/** Wall ns per operation of one chunk. Drawing the instructions is not timed. */
function timeChunk({ draw, work, operations }) {
  const instructions = Array.from({ length: Math.ceil(CHUNK / operations) }, draw);
  const start = performance.now();
  for (const instruction of instructions) work(instruction);
  return ((performance.now() - start) * 1e6) / (instructions.length * operations);
}

const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.floor(values.length * q)];

/**
 * Chunks of both builds in turn, in rounds over all measurements. A neighbour on the same core doubles the time of whole
 * seconds, so what the code costs is the fiftieth part of the chunks that was disturbed least; the median is shown beside
 * it. The first round warms up.
 */
function measureAll(fast, slow) {
  const chunks = fast.map(() => ({ fast: [], slow: [] }));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [at, { fast: fastTimes, slow: slowTimes }] of chunks.entries()) {
      for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
        const pair = { fast: timeChunk(fast[at]), slow: timeChunk(slow[at]) };
        if (round === 0) continue;
        fastTimes.push(pair.fast);
        slowTimes.push(pair.slow);
      }
    }
  }
  return chunks.map((times) => ({
    fast: quantile(times.fast, 0.02),
    slow: quantile(times.slow, 0.02),
    median: quantile(times.fast, 0.5),
  }));
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
  const measurements = fast.createMeasurements();
  const results = measureAll(measurements, slow.createMeasurements());
  const failures = [];
  console.log(`${'operation'.padEnd(20)}  ns/op  median  BigInt  faster  native  of native`);
  measurements.forEach(({ name, nativeNs, required }, at) => {
    const ns = results[at];
    const faster = ns.slow / ns.fast;
    const ofNative = nativeNs === null ? null : ns.fast / nativeNs;
    console.log(
      [
        name.padEnd(20),
        ns.fast.toFixed(0).padStart(6),
        ns.median.toFixed(0).padStart(7),
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

const benches = {
  risk: benchRisk,
  sim: benchSim,
  'parity-ops': benchParityOps,
  slab: benchSlab,
  'slab-ops': benchSlabOps,
};
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
