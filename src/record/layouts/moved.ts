/** Offsets of what stands behind something that is longer in another build. */

/** A copy with `by` added to every number in it, also inside of what it holds; traits and what is not there stay as they are. */
export function moved<T extends object>(offsets: T, by: number): T {
  const entries = Object.entries(offsets).map(([name, value]) => [
    name,
    typeof value === 'number'
      ? value + by
      : typeof value === 'object' && value !== null
        ? moved(value, by)
        : value,
  ]);
  return Object.fromEntries(entries) as T;
}
