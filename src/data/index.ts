export { type Dataset, evenly, subset } from "./dataset.ts";
export type { Image } from "./image.ts";
export { type Batch, type Loader, type LoaderOptions, loader } from "./loader.ts";
export { type Digit, type Mnist, mnist } from "./mnist.ts";
export { type RandomShiftOptions, randomShift, shiftImage } from "./random-shift.ts";
export { type Transform, transformed, twoViews } from "./transform.ts";
