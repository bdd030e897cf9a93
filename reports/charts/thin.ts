/**
 * At most about `limit` of the points, in order: each of limit/2 equal stretches keeps its lowest and its highest
 * point, and the ends stay, so no extreme is lost. The same points for the same input.
 */
export function thin<Point>(points: readonly Point[], limit: number, y: (point: Point) => number): Point[] {
  if (points.length <= limit) return [...points];
  const stretches = Math.floor(limit / 2);
  const kept = new Set([0, points.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    let low = from;
    let high = from;
    for (let at = from; at < to; at++) {
      if (y(points[at]!) < y(points[low]!)) low = at;
      if (y(points[at]!) > y(points[high]!)) high = at;
    }
    kept.add(low).add(high);
  }
  return [...kept].sort((a, b) => a - b).map((at) => points[at]!);
}

/** At most `limit` rows, evenly spaced, the last one included. */
export function spread<Row>(rows: readonly Row[], limit: number): Row[] {
  if (rows.length <= limit) return [...rows];
  return Array.from({ length: limit }, (_, at) => rows[Math.round((at * (rows.length - 1)) / (limit - 1))]!);
}
