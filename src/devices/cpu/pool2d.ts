import type { FusedKernels, Storage } from "../device.ts";
import { pixelsIn, pixelsOut, type WindowSizes } from "../sizes.ts";
import type { Machine, Units } from "./machine.ts";
import { integersOf } from "./window.ts";

/** Places in a plane travel as float32, which tells whole numbers apart up to here. */
const largestPlane = 2 ** 24;

export function poolKernels(
  machine: Machine,
): Pick<FusedKernels, "maxPool2d" | "extremePool2d" | "pick" | "unpick" | "avgPool2d" | "avgSpread"> {
  /** The largest pixels, with weights the extremes. */
  const extremes = (name: string, x: Storage, weight: Storage | undefined, window: WindowSizes) => {
    const { height, width } = window;
    if (height * width > largestPlane) {
      throw new RangeError(
        `cpu: ${name} takes planes of at most ${largestPlane} pixels, got ${height} x ${width}: cut the image up`,
      );
    }
    const y = machine.make(name, pixelsOut(window));
    const places = machine.allocate(pixelsOut(window));
    const length = rowLength(window);
    const [sizes, over] = [machine.integers(integersOf(window)), { ...planes(window), room: 2 * length }];
    const weights = weight ? machine.at(weight) : 0;
    machine.share("maxPool2d", over, y.address, places.address, machine.at(x), weights, sizes, length);
    return { y, places };
  };
  return {
    maxPool2d: (x, window) => extremes("maxPool2d", x, undefined, window),
    extremePool2d: (x, weight, window) => extremes("extremePool2d", x, weight, window),
    pick(x, places, window) {
      const y = machine.make("pick", pixelsOut(window));
      const sizes = machine.integers(integersOf(window));
      machine.share("pick", planes(window), y.address, machine.at(x), machine.at(places), sizes);
      return y;
    },
    unpick(g, places, window) {
      const y = machine.make("unpick", pixelsIn(window));
      const sizes = machine.integers(integersOf(window));
      machine.share("unpick", planes(window), y.address, machine.at(g), machine.at(places), sizes);
      return y;
    },
    avgPool2d(x, window) {
      const y = machine.make("avgPool2d", pixelsOut(window));
      const over = { ...planes(window), room: rowLength(window) };
      machine.share("avgPool2d", over, y.address, machine.at(x), machine.integers(integersOf(window)));
      return y;
    },
    avgSpread(g, window) {
      const y = machine.make("avgSpread", pixelsIn(window));
      const over = { ...planes(window), room: rowLength(window) };
      machine.share("avgSpread", over, y.address, machine.at(g), machine.integers(integersOf(window)));
      return y;
    },
  };
}

/** What is shared out: planes, of which those with some 20,000 pixels are worth a thread's while. */
export function planes({ batch, channels, height, width }: WindowSizes): Units {
  return { units: batch * channels, grain: Math.ceil(20_000 / (height * width)) };
}

/** Floats in a row with its padding, and as far beyond as vectors of four windows read. */
function rowLength({ width, kernel, stride, padding, dilation, outWidth }: WindowSizes): number {
  return Math.max(width + 2 * padding[1], (outWidth + 3) * stride[1] + (kernel[1] - 1) * dilation[1]) + 8;
}
