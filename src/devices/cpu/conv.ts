import { type FusedKernels, pixelsIn, pixelsOut, type Storage, type WindowSizes } from "../device.ts";
import type { Machine } from "./machine.ts";
import { integersOf } from "./window.ts";

/** A window, and where its results and weights lie, as `Sliding` in assembly/sliding.ts. Steps are in floats. */
interface Sliding extends WindowSizes {
  readonly out: number;
  /** Weight (0, 0) meets the last pixel of its window instead of the first. */
  readonly turned: boolean;
  readonly y: { readonly start: number; readonly image: number; readonly channel: number } & Grid;
  readonly w: { readonly start: number; readonly out: number; readonly channel: number } & Grid;
}

interface Grid {
  readonly row: number;
  readonly column: number;
}

export function convKernels(
  machine: Machine,
): Required<Pick<FusedKernels, "convolve" | "convolveInput" | "convolveWeight">> {
  return {
    convolve(x, w, out, window) {
      const y = machine.make("convolve", pixelsOut(window, out));
      convolve(machine, y.address, x, w, plain(window, out));
      return y;
    },
    convolveInput(g, w, out, window) {
      const x = machine.make("convolveInput", pixelsIn(window));
      for (const part of turned(window, out)) convolve(machine, x.address, g, w, part);
      return x;
    },
    convolveWeight(x, g, out, window) {
      const taps = window.channels * window.kernel[0] * window.kernel[1];
      const w = machine.make("convolveWeight", out * taps);
      const at = integers(machine, plain(window, out));
      const units = machine.run.convolveWeightUnits(at);
      const room = machine.run.convolveWeightRoom(at);
      machine.share("convolveWeight", { units, grain: 4, room }, w.address, machine.at(x), machine.at(g), at);
      return w;
    },
  };
}

/** Packs the weights, then slides the window: both on all threads. */
function convolve(machine: Machine, y: number, x: Storage, w: Storage, sliding: Sliding): void {
  const { channels, kernel, out } = sliding;
  const at = integers(machine, sliding);
  const quads = Math.ceil(out / 4);
  const taps = channels * kernel[0] * kernel[1];
  machine.scratch(4 * quads * taps, (packed) => {
    machine.share("packWeights", { units: quads, grain: Math.ceil(4096 / (taps + 1)) }, packed, machine.at(w), at);
    const units = machine.run.convolveBlocks(at);
    const room = machine.run.convolveRoom(at);
    machine.share(
      "convolve",
      { units, grain: Math.ceil(1000 / (out * (taps + 1))), room },
      y,
      machine.at(x),
      packed,
      at,
    );
  });
}

function integers(machine: Machine, sliding: Sliding): number {
  const { out, y, w } = sliding;
  const ySteps = [y.start, y.image, y.channel, y.row, y.column];
  const wSteps = [w.start, w.out, w.channel, w.row, w.column];
  return machine.integers(integersOf(sliding), [out, sliding.turned ? 1 : 0], ySteps, wSteps);
}

/** Results [batch, out, outHeight, outWidth] and weights [out, channels, kh, kw], as they are. */
function plain(window: WindowSizes, out: number): Sliding {
  const { channels, kernel, outHeight, outWidth } = window;
  const pixels = outHeight * outWidth;
  const taps = kernel[0] * kernel[1];
  return {
    ...window,
    ...{ out, turned: false },
    y: { start: 0, image: out * pixels, channel: pixels, row: outWidth, column: 1 },
    w: { start: 0, out: channels * taps, channel: taps, row: kernel[1], column: 1 },
  };
}

/**
 * The adjoint in x as convolutions of g with turned weights, in and out exchanged: one for each remainder of the image's
 * rows and columns modulo the stride, as each has taps of its own.
 */
function turned(window: WindowSizes, out: number): Sliding[] {
  const { batch, channels, height, width, kernel, stride, outHeight, outWidth } = window;
  const taps = kernel[0] * kernel[1];
  return remainders(window, 0).flatMap((down) =>
    remainders(window, 1).map(
      (across): Sliding => ({
        ...{ batch, channels: down.reached && across.reached ? out : 0, height: outHeight, width: outWidth },
        ...{ kernel: [down.kernel, across.kernel], stride: [1, 1] },
        ...{ padding: [down.padding, across.padding], dilation: [down.dilation, across.dilation] },
        ...{ outHeight: down.size, outWidth: across.size, out: channels, turned: true },
        y: {
          ...{ start: down.start * width + across.start, image: channels * height * width, channel: height * width },
          ...{ row: stride[0] * width, column: stride[1] },
        },
        w: {
          ...{ start: down.first * kernel[1] + across.first, out: taps, channel: channels * taps },
          ...{ row: down.step * kernel[1], column: across.step },
        },
      }),
    ),
  );
}

/** One dimension of such a convolution: its results are start, start + stride, ..., its taps first, first + step, ... */
interface Remainder {
  readonly start: number;
  readonly size: number;
  /** Whether any tap arrives here; where none does the gradient is 0, a sum over no channels. */
  readonly reached: boolean;
  readonly kernel: number;
  readonly first: number;
  readonly step: number;
  readonly padding: number;
  readonly dilation: number;
}

/**
 * With stride s, tap u carries g[i] to image row y = s i - padding + u dilation. So row y = s a + start is reached by
 * the taps for which s divides y + padding - u dilation, and reads g[a + (start + padding - u dilation) / s].
 */
function remainders({ height, width, kernel, stride, padding, dilation }: WindowSizes, d: 0 | 1): Remainder[] {
  const n = d === 0 ? height : width;
  const s = stride[d];
  return Array.from({ length: Math.min(s, n) }, (_, start) => {
    const shift = (u: number): number => (start + padding[d] - u * dilation[d]) / s;
    const taps = Array.from({ length: kernel[d] }, (_, u) => u).filter((u) => Number.isInteger(shift(u)));
    const [first = 0, second = first + s] = taps;
    const reached = taps.length > 0;
    return {
      ...{ start, size: Math.ceil((n - start) / s), reached, kernel: Math.max(1, taps.length), first },
      ...{ step: second - first, dilation: shift(first) - shift(second) },
      padding: reached ? -shift(taps[taps.length - 1]) : 0,
    };
  });
}
