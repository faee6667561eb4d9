import type { Image } from "./image.ts";
import type { Transform } from "./transform.ts";

/** `change` with probability p, in 0..1, from one draw. `what` names the transform in the error about p. */
export function sometimes(what: string, p: number, change: (image: Image) => Image): Transform<Image> {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${what}: p must be in 0..1, got ${p}`);
  return (image, generator) => (generator.float() < p ? change(image) : image);
}
