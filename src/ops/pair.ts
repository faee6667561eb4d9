/** A size for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** A whole pair; throws unless both are whole numbers >= least. */
export function pair(what: string, value: Pair, least: number): [number, number] {
  const [a, b] = typeof value === "number" ? [value, value] : value;
  if (!Number.isInteger(a) || !Number.isInteger(b) || a < least || b < least) {
    throw new RangeError(`${what} must be whole numbers >= ${least}, got [${a}, ${b}]`);
  }
  return [a, b];
}
