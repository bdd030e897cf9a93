// npm run bench -- slab: the order book's speed and memory.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bundle } from '../tests/reference/builds.mjs';

const ROUNDS = 40;
const CHUNKS = 10;

const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.floor(values.length * q)];

/**
 * ns per operation: all chunks, after one round of warming up. The chunks of a slab come in a row: the five other slabs
 * empty the caches, and a chunk fills them again for a book of 100 orders, not for one of 29 000. What a book costs then is
 * what the others' memory costs it.
 */
function timeAll(slabs) {
  const times = new Map(slabs.flat().map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const measurements of slabs) {
      for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
        for (const { name, operations, prepare, work } of measurements) {
          const instructions = prepare();
          const start = performance.now();
          work(instructions);
          const ns = ((performance.now() - start) * 1e6) / operations;
          if (round > 0) times.get(name).push(ns);
        }
      }
    }
  }
  return times;
}

/** Resident megabytes of a process with 100 slabs of 10 000 resting orders each. */
function weigh(module) {
  const script = `
    const { createSlab, fillBook } = await import(${JSON.stringify(module)});
    const slabs = Array.from({ length: 100 }, () => createSlab(100));
    for (const slab of slabs) fillBook(slab, 10_000);
    console.log(process.memoryUsage().rss / 1e6, slabs.length);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return Number(child.stdout.trim().split(' ')[0]);
}

/** Prints the table; returns what missed its aim. */
export async function benchSlab(folder) {
  const module = await bundle('bench/slab.ts', join(folder, 'slab.mjs'));
  const { createMeasurements } = await import(module);
  const times = timeAll(createMeasurements());
  const least = new Map(Array.from(times, ([name, taken]) => [name, quantile(taken, 0.02)]));
  console.log(`${'operation'.padEnd(20)}   ns/op   median    a second`);
  for (const [name, taken] of times) {
    const columns = [
      least.get(name).toFixed(0).padStart(7),
      quantile(taken, 0.5).toFixed(0).padStart(8),
      Math.round(1e9 / least.get(name))
        .toLocaleString('en')
        .padStart(11),
    ];
    console.log(`${name.padEnd(20)} ${columns.join(' ')}`);
  }
  const megabytes = weigh(module);
  console.log(`\n100 slabs with 10 000 resting orders each: ${megabytes.toFixed(0)} MB resident`);
  const pair = (orders) => (least.get(`insert at ${orders}`) + least.get(`cancel at ${orders}`)) / 2;
  const failures = [];
  const demand = (ok, text) => {
    if (!ok) failures.push(text);
  };
  demand(pair(10_000) <= 2_000, `inserts and cancels cost ${pair(10_000).toFixed(0)} ns, aim 2 000`);
  const flatness = pair(29_000) / pair(100);
  console.log(`inserts and cancels at 29 000 orders cost ${flatness.toFixed(2)}× those at 100`);
  demand(flatness <= 1.5, `inserts and cancels grow ${flatness.toFixed(2)}× with the book, aim 1.5×`);
  const fill = least.get('fill, 16 a taker');
  demand(fill <= 3_333, `a fill costs ${fill.toFixed(0)} ns, aim 3 333`);
  const hold = quantile(times.get('reserve + commit'), 0.5);
  demand(hold <= 40_000, `reserve and commit cost ${hold.toFixed(0)} ns at the median, aim 40 000`);
  demand(megabytes < 1_000, `${megabytes.toFixed(0)} MB, aim 1 000`);
  return failures;
}
