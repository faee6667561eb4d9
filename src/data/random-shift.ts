import { checkOptions } from "../options.ts";
import type { Image } from "./image.ts";
import type { Transform } from "./transform.ts";

export interface RandomShiftOptions {
  /** Largest shift in pixels, >= 0, each way along each axis. */
  max: number;
}

/** Moves a picture by (dx, dy), each uniform in −max..max pixels, bilinear between pixels, zeros outside. */
export function randomShift(options: RandomShiftOptions): Transform<Image> {
  const { max } = checkOptions("randomShift", options, ["max"]);
  if (!(max >= 0) || !Number.isFinite(max)) throw new RangeError(`randomShift: max must be >= 0 pixels, got ${max}`);
  return (image, generator) => shiftImage(image, (2 * generator.float() - 1) * max, (2 * generator.float() - 1) * max);
}

/** The picture moved right by `dx` and down by `dy` pixels: y[i, j] = x[i − dy, j − dx], bilinear, zeros outside. */
export function shiftImage({ data, shape }: Image, dx: number, dy: number): Image {
  const [channels, height, width] = shape;
  const [down, right] = [Math.floor(dy), Math.floor(dx)];
  const [v, u] = [dy - down, dx - right]; // what remains, in [0, 1): the weight of the neighbour above and to the left
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) {
    const plane = c * height * width;
    const pixel = (y: number, x: number): number =>
      y >= 0 && y < height && x >= 0 && x < width ? data[plane + y * width + x] : 0;
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const [y, x] = [i - down, j - right];
        out[plane + i * width + j] =
          (1 - v) * ((1 - u) * pixel(y, x) + u * pixel(y, x - 1)) +
          v * ((1 - u) * pixel(y - 1, x) + u * pixel(y - 1, x - 1));
      }
    }
  }
  return { data: out, shape };
}
