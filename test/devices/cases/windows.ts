import type { WindowSizes } from "../../../src/devices/device.ts";

/** A window over images, with the number of places it takes. */
export function windowOf(
  image: readonly [batch: number, channels: number, height: number, width: number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
  dilation: readonly [number, number],
): WindowSizes {
  const [batch, channels, height, width] = image;
  const out = (n: number, d: 0 | 1): number =>
    Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;
  return {
    ...{ batch, channels, height, width, kernel, stride, padding, dilation },
    outHeight: out(height, 0),
    outWidth: out(width, 1),
  };
}

/** Windows in odd steps, with and without padding; over no image too. */
export const windows: readonly WindowSizes[] = [
  windowOf([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
  windowOf([2, 3, 5, 7], [3, 3], [1, 1], [1, 1], [1, 1]),
  windowOf([1, 2, 17, 5], [3, 2], [2, 1], [0, 1], [1, 1]),
  windowOf([2, 1, 17, 17], [5, 3], [2, 3], [2, 1], [2, 1]),
  windowOf([1, 1, 65, 63], [3, 3], [1, 2], [3, 0], [1, 3]),
  windowOf([0, 2, 5, 5], [3, 3], [1, 1], [0, 0], [1, 1]),
];

/** What a failure says of a window. */
export function named({ batch, channels, height, width, kernel, stride, padding, dilation }: WindowSizes): string {
  const image = [batch, channels, height, width];
  return `[${kernel}] in [${image}] stride ${stride} padding ${padding} dilation ${dilation}`;
}
