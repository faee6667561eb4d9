import { pixelsOut, type WindowSizes } from "../../../src/devices/sizes.ts";

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

/** For every window over every plane the place, row * width + column, of one of the pixels under it: of the last window the last. */
export function placesUnder(window: WindowSizes): Float32Array {
  const { height, width, kernel, stride, padding, dilation, outWidth, outHeight } = window;
  const count = pixelsOut(window);
  return Float32Array.from({ length: count }, (_, at) => {
    const left = count - 1 - at;
    const along = (i: number, size: number, d: 0 | 1): number[] =>
      Array.from({ length: kernel[d] }, (_, k) => i * stride[d] - padding[d] + k * dilation[d]).filter(
        (place) => place >= 0 && place < size,
      );
    const rows = along(Math.floor(at / outWidth) % outHeight, height, 0);
    const columns = along(at % outWidth, width, 1);
    const one = (of: readonly number[], turn: number): number => of.at(-1 - (turn % of.length)) ?? 0;
    return one(rows, 7 * left) * width + one(columns, left * left);
  });
}

/** What a failure says of a window. */
export function named({ batch, channels, height, width, kernel, stride, padding, dilation }: WindowSizes): string {
  const image = [batch, channels, height, width];
  return `[${kernel}] in [${image}] stride ${stride} padding ${padding} dilation ${dilation}`;
}
