/** A size for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** A whole pair; throws unless it is one of whole numbers >= least. */
export function pair(what: string, value: Pair, least: number): [number, number] {
  const both: unknown[] = Array.isArray(value) ? value : [value, value];
  if (both.length !== 2 || !both.every((n) => Number.isInteger(n) && (n as number) >= least)) {
    throw new RangeError(`${what} must be whole numbers >= ${least}, got [${both.map(String).join(", ")}]`);
  }
  return both as [number, number];
}
