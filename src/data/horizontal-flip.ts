import { checkOptions } from "../options.ts";
import type { Picture, PixelData } from "./image.ts";
import { emptyLike, type PictureTransform } from "./picture-transform.ts";
import { sometimes } from "./sometimes.ts";

/** Left and right exchanged with probability p, 0.5 unless given: torchvision's `RandomHorizontalFlip`. */
export function horizontalFlip(options: { p?: number } = {}): PictureTransform {
  const { p = 0.5 } = checkOptions("horizontalFlip", options, ["p"]);
  return sometimes("horizontalFlip", p, mirrored);
}

function mirrored<Data extends PixelData>({ data, shape }: Picture<Data>): Picture<Data> {
  const width = shape[2];
  const out = emptyLike(data, data.length);
  for (let row = 0; row < out.length; row += width) {
    for (let from = row, to = row + width - 1; to >= row; from++, to--) out[to] = data[from];
  }
  return { data: out, shape };
}
