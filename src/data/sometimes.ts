import type { Transform } from "./transform.ts";

/** `change` with probability p, in 0..1, from one draw that comes before its own. `what` names it in the error about p. */
export function sometimes<T>(what: string, p: number, change: Transform<T>): Transform<T> {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${what}: p must be in 0..1, got ${p}`);
  return (item, generator) => (generator.float() < p ? change(item, generator) : item);
}
