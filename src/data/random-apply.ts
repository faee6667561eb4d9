import { checkOptions } from "../options.ts";
import { sometimes } from "./sometimes.ts";
import type { Transform } from "./transform.ts";

/**
 * `transform` with probability p, 0.5 unless given, and otherwise the item as it is: torchvision's `RandomApply`. Draws
 * whether first; what `transform` draws is drawn only when it is applied.
 */
export function randomApply<T>(transform: Transform<T>, options: { p?: number } = {}): Transform<T> {
  const { p = 0.5 } = checkOptions("randomApply", options, ["p"]);
  return sometimes("randomApply", p, transform);
}
