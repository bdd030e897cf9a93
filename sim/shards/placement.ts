/**
 * Spreads slabs over shards by load: the heaviest first, each to the shard with the least so far (Graham's
 * longest-processing-time rule). Returns the slab indices of each shard, ascending. Placement never changes a result.
 */
export function placeSlabs(loads: readonly number[], shards: number): number[][] {
  const placed = Array.from({ length: shards }, () => ({ load: 0, slabs: [] as number[] }));
  const heaviestFirst = loads.map((_, slab) => slab).sort((a, b) => loads[b]! - loads[a]! || a - b);
  for (const slab of heaviestFirst) {
    const lightest = placed.reduce((best, shard) => (shard.load < best.load ? shard : best));
    lightest.load += loads[slab]!;
    lightest.slabs.push(slab);
  }
  return placed.map(({ slabs }) => slabs.sort((a, b) => a - b));
}
