import { type FusedKernels, pixelsIn, pixelsOut, type WindowSizes } from "../device.ts";
import type { Machine } from "./machine.ts";
import { integersOf } from "./window.ts";

/** Places in a plane travel as float32, which tells whole numbers apart up to here. */
const largestPlane = 2 ** 24;

export function poolKernels(
  machine: Machine,
): Pick<FusedKernels, "maxPool2d" | "pick" | "unpick" | "avgPool2d" | "avgSpread"> {
  return {
    maxPool2d(x, window) {
      const { height, width } = window;
      if (height * width > largestPlane) {
        throw new RangeError(
          `cpu: maxPool2d takes planes of at most ${largestPlane} pixels, got ${height} x ${width}: cut the image up`,
        );
      }
      const y = machine.make("maxPool2d", pixelsOut(window));
      const places = machine.allocate(pixelsOut(window));
      const length = rowLength(window);
      machine.scratch(2 * length, (row) => {
        machine.run.maxPool2d(
          y.address,
          places.address,
          machine.at(x),
          row,
          row + 4 * length,
          machine.integers(integersOf(window)),
        );
      });
      return { y, places };
    },
    pick(x, places, window) {
      const y = machine.make("pick", pixelsOut(window));
      machine.run.pick(y.address, machine.at(x), machine.at(places), ...planes(window));
      return y;
    },
    unpick(g, places, window) {
      const y = machine.make("unpick", pixelsIn(window));
      machine.run.unpick(y.address, machine.at(g), machine.at(places), ...planes(window));
      return y;
    },
    avgPool2d(x, window) {
      const y = machine.make("avgPool2d", pixelsOut(window));
      machine.scratch(rowLength(window), (row) => {
        machine.run.avgPool2d(y.address, machine.at(x), row, machine.integers(integersOf(window)));
      });
      return y;
    },
    avgSpread(g, window) {
      const y = machine.make("avgSpread", pixelsIn(window));
      machine.scratch(rowLength(window), (row) => {
        machine.run.avgSpread(y.address, machine.at(g), row, machine.integers(integersOf(window)));
      });
      return y;
    },
  };
}

/** How many planes there are and their pixels before and after. */
function planes({ batch, channels, height, width, outHeight, outWidth }: WindowSizes): [number, number, number] {
  return [batch * channels, height * width, outHeight * outWidth];
}

/** Floats in a row with its padding, and as far beyond as vectors of four windows read. */
function rowLength({ width, kernel, stride, padding, dilation, outWidth }: WindowSizes): number {
  return Math.max(width + 2 * padding[1], (outWidth + 3) * stride[1] + (kernel[1] - 1) * dilation[1]) + 8;
}
