import type { FusedKernels, WindowSizes } from "../device.ts";
import type { Machine } from "./machine.ts";
import { integersOf } from "./window.ts";
import { winograd } from "./winograd.ts";

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
  const fast = winograd(machine);
  return {
    convolve(x, w, out, window) {
      const { batch, outHeight, outWidth } = window;
      const y = machine.make("convolve", batch * out * outHeight * outWidth);
      if (fast.convolve(y, x, w, out, window)) return y;
      slide(machine, plain(window, out), false, (at, scratch) =>
        machine.run.convolve(y.address, machine.at(x), machine.at(w), at, scratch),
      );
      return y;
    },
    convolveInput(g, w, out, window) {
      const { batch, channels, height, width } = window;
      const x = machine.make("convolveInput", batch * channels * height * width);
      if (fast.convolveInput(x, g, w, out, window)) return x;
      for (const part of turned(window, out)) {
        slide(machine, part, false, (at, scratch) =>
          machine.run.convolve(x.address, machine.at(g), machine.at(w), at, scratch),
        );
      }
      return x;
    },
    convolveWeight(x, g, out, window) {
      const { channels, kernel } = window;
      const w = machine.make("convolveWeight", out * channels * kernel[0] * kernel[1]);
      if (fast.convolveWeight(w, x, g, out, window)) return w;
      slide(machine, plain(window, out), true, (at, scratch) =>
        machine.run.convolveWeight(w.address, machine.at(x), machine.at(g), at, scratch),
      );
      return w;
    },
  };
}

/** Launches with the window's integers and scratch memory by address. */
function slide(
  machine: Machine,
  sliding: Sliding,
  intoWeight: boolean,
  launch: (window: number, scratch: number) => void,
): void {
  const { out, y, w } = sliding;
  const ySteps = [y.start, y.image, y.channel, y.row, y.column];
  const wSteps = [w.start, w.out, w.channel, w.row, w.column];
  const at = machine.integers(integersOf(sliding), [out, sliding.turned ? 1 : 0], ySteps, wSteps);
  machine.scratch(machine.run.convolveRoom(at, intoWeight), (scratch) => launch(at, scratch));
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
