import type { Picture, PixelData } from "./image.ts";
import { emptyLike, type PictureChange } from "./picture-transform.ts";
import { heightAndWidth, roundToEven, type Size } from "./size.ts";

/** The middle of pictures, zeros around those that are smaller, as torchvision's `CenterCrop`. */
export function centerCrop(size: Size): PictureChange {
  const [height, width] = heightAndWidth("centerCrop", size);
  return (image) => {
    const [, h, w] = image.shape;
    return cropImage(image, [start(h - height), start(w - width)], [height, width]);
  };
}

/** Where the middle starts, with `rest` pixels more than it in the picture, or fewer. */
function start(rest: number): number {
  return rest < 0 ? -Math.floor(-rest / 2) : roundToEven(rest / 2);
}

/** `height` by `width` pixels from row `top` and column `left` on, zeros outside; some column must lie inside. */
export function cropImage<Data extends PixelData>(
  { data, shape }: Picture<Data>,
  [top, left]: readonly [top: number, left: number],
  [height, width]: readonly [height: number, width: number],
): Picture<Data> {
  const [channels, h, w] = shape;
  const out = emptyLike(data, channels * height * width);
  const [from, end] = [Math.max(0, left), Math.min(w, left + width)];
  for (let c = 0; c < channels; c++) {
    for (let i = Math.max(0, -top); i < Math.min(height, h - top); i++) {
      const row = (c * h + i + top) * w;
      out.set(data.subarray(row + from, row + end), (c * height + i) * width + from - left);
    }
  }
  return { data: out, shape: [channels, height, width] };
}
