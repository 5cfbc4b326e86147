/** The few sums that the benchmark needs. */

/** @param {readonly number[]} values at least one */
export function median(values) {
  return quantile(values, 0.5);
}

/** Linear between neighbours. @param {readonly number[]} values at least one @param {number} share 0 to 1 */
function quantile(values, share) {
  if (values.length === 0) throw new Error('there is no quantile of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = /** @type {number} */ (sorted[Math.floor(at)]);
  const high = /** @type {number} */ (sorted[Math.ceil(at)]);
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * Total-variation distance of two distributions given as counts: half the sum of the differences of shares, 0 to 1.
 * @param {ReadonlyMap<string, number>} a
 * @param {ReadonlyMap<string, number>} b
 */
export function totalVariation(a, b) {
  const sum = (/** @type {ReadonlyMap<string, number>} */ map) =>
    [...map.values()].reduce((x, y) => x + y, 0);
  const [inA, inB] = [sum(a), sum(b)];
  if (inA === 0 || inB === 0) return 1;
  let distance = 0;
  for (const key of new Set([...a.keys(), ...b.keys()]))
    distance += Math.abs((a.get(key) ?? 0) / inA - (b.get(key) ?? 0) / inB);
  return distance / 2;
}

/**
 * The distance that two honest samples of one distribution are expected to show by chance alone.
 * @param {ReadonlyMap<string, number>} counts the distribution
 * @param {number} n1 size of one sample
 * @param {number} n2 size of the other
 */
export function chanceDistance(counts, n1, n2) {
  if (n1 === 0 || n2 === 0) return 1;
  const all = [...counts.values()].reduce((x, y) => x + y, 0);
  const scale = Math.sqrt((2 / Math.PI) * (1 / n1 + 1 / n2));
  let sum = 0;
  for (const count of counts.values()) sum += Math.sqrt((count / all) * (1 - count / all));
  return (sum * scale) / 2;
}

/**
 * How many times further apart two halves of one sample are than independent ones would be, at least 1: looks at threads
 * that have hardly moved in between are worth less than their number.
 * @param {ReadonlyMap<string, number>} a counts of one half
 * @param {ReadonlyMap<string, number>} b of the other
 */
export function dependence(a, b) {
  const size = (/** @type {ReadonlyMap<string, number>} */ map) =>
    [...map.values()].reduce((x, y) => x + y, 0);
  const all = new Map(a);
  for (const [key, count] of b) all.set(key, (all.get(key) ?? 0) + count);
  const expected = chanceDistance(all, size(a), size(b));
  return expected === 0 ? 1 : Math.max(1, totalVariation(a, b) / expected);
}

/** Least-squares slope of y over x. @param {readonly (readonly [number, number])[]} points at least two, of different x */
export function slope(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let above = 0;
  let below = 0;
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  if (below === 0) throw new Error('a slope needs two different x');
  return above / below;
}
