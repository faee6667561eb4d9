import { checkOptions } from "../options.ts";
import type { Image } from "./image.ts";
import { sometimes } from "./sometimes.ts";
import type { Transform } from "./transform.ts";

/** Left and right exchanged with probability p, 0.5 unless given: torchvision's `RandomHorizontalFlip`. */
export function horizontalFlip(options: { p?: number } = {}): Transform<Image> {
  const { p = 0.5 } = checkOptions("horizontalFlip", options, ["p"]);
  return sometimes("horizontalFlip", p, ({ data, shape }) => {
    const width = shape[2];
    const mirrored = data.slice();
    for (let row = 0; row < mirrored.length; row += width) mirrored.subarray(row, row + width).reverse();
    return { data: mirrored, shape };
  });
}
