import type { WindowSizes } from "../sizes.ts";

/** The integers of `Window` in assembly/window.ts, in its order. */
export function integersOf(window: WindowSizes): readonly number[] {
  const { batch, channels, height, width, kernel, stride, padding, dilation, outHeight, outWidth } = window;
  return [batch, channels, height, width, ...kernel, ...stride, ...padding, ...dilation, outHeight, outWidth];
}
