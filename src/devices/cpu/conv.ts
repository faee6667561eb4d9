import type { FusedKernels, Storage } from "../device.ts";
import { pixelsIn, pixelsOut, type WindowSizes } from "../sizes.ts";
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
      const y = machine.make("convolve", pixelsOut(window, out));
      if (!fast.convolve(y, x, w, out, window)) slide(machine, y.address, x, w, plain(flat(window), out));
      return y;
    },
    convolveInput(g, w, out, window) {
      const x = machine.make("convolveInput", pixelsIn(window));
      if (fast.convolveInput(x, g, w, out, window)) return x;
      for (const part of turned(flat(window), out)) slide(machine, x.address, g, w, part);
      return x;
    },
    convolveWeight(x, g, out, window) {
      const w = machine.make("convolveWeight", out * tapsOf(window));
      if (!fast.convolveWeight(w, x, g, out, window))
        slideIntoWeight(machine, w.address, x, g, plain(flat(window), out));
      return w;
    },
  };
}

/** Floats of a band, which stays in the second cache. */
const bandSize = 65_536;
/** Results of a block at most, and taps of a band: they add up in one go, and rounding grows with their number. */
const [mostResults, mostTaps] = [1024, 256];

/** y from x and w. Blocks of results are shared out, at least 32 of them where they need not be too small for that. */
function slide(machine: Machine, y: number, x: Storage, w: Storage, sliding: Sliding): void {
  const { batch, channels, outHeight, outWidth, out, kernel } = sliding;
  const bandChannels = evenPart(channels, Math.floor(mostTaps / (kernel[0] * kernel[1])));
  const most = Math.min(mostResults, Math.floor(bandSize / bandChannels));
  const block = blockOf(sliding, Math.min(most, Math.max(64, Math.ceil((batch * outHeight * outWidth) / 32))));
  const at = integers(machine, sliding, block, bandChannels);
  const [quads, taps] = [Math.ceil(out / 4), tapsOf(sliding)];
  machine.scratch(4 * quads * taps, (packed) => {
    machine.share("packWeights", { units: quads, grain: grainOf(16 * taps) }, packed, machine.at(w), at);
    const grain = grainOf(block.columns * block.rows * block.images * taps * out);
    const room = machine.run.convolveRoom(at);
    machine.share("convolve", { units: blocksIn(sliding, block), grain, room }, y, machine.at(x), packed, at);
  });
}

/**
 * w from x and g. For each part of the channels quads of outs are shared out, and with each share the band is filled once
 * more: sixteen quads are worth that, if a pixel is read through one tap.
 */
function slideIntoWeight(machine: Machine, w: number, x: Storage, g: Storage, sliding: Sliding): void {
  const { batch, channels, height, width, outHeight, outWidth, out, kernel } = sliding;
  const [taps, pixels] = [kernel[0] * kernel[1], outHeight * outWidth];
  const bandChannels = evenPart(channels, Math.min(bandSize / mostResults, Math.floor(mostTaps / taps)));
  const at = integers(machine, sliding, blockOf(sliding, mostResults), bandChannels);
  const units = Math.ceil(channels / bandChannels) * Math.ceil(out / 4);
  const refilled = Math.ceil(Math.min((16 * height * width) / (taps * pixels), units / 4));
  const grain = Math.max(refilled, grainOf(4 * batch * pixels * bandChannels * taps));
  const room = machine.run.convolveWeightRoom(at);
  machine.share("convolveWeight", { units, grain, room }, w, machine.at(x), machine.at(g), at);
}

/** Units of so many multiplications that are worth a thread's while. */
function grainOf(products: number): number {
  return Math.ceil(500_000 / (products + 1));
}

/** A block of results: so many columns of so many rows of so many images. */
interface Block {
  readonly columns: number;
  readonly rows: number;
  readonly images: number;
}

/** Blocks of `most` results or fewer: whole images, rows of one, or columns of one row. */
function blockOf({ batch, outHeight, outWidth }: WindowSizes, most: number): Block {
  return {
    columns: 4 * Math.ceil(evenPart(outWidth, most) / 4),
    rows: evenPart(outHeight, Math.floor(most / outWidth)),
    images: evenPart(batch, Math.floor(most / (outHeight * outWidth))),
  };
}

function blocksIn({ batch, outHeight, outWidth }: WindowSizes, { columns, rows, images }: Block): number {
  return Math.ceil(batch / images) * Math.ceil(outHeight / rows) * Math.ceil(outWidth / columns);
}

/** Cut into as few parts of at most `most` as can be, how long the longest is if they are even; at least 1. */
function evenPart(whole: number, most: number): number {
  return Math.max(1, Math.ceil(whole / Math.ceil(whole / Math.max(1, most))) || 1);
}

function integers(machine: Machine, sliding: Sliding, block: Block, bandChannels: number): number {
  const { out, y, w } = sliding;
  const ySteps = [y.start, y.image, y.channel, y.row, y.column];
  const wSteps = [w.start, w.out, w.channel, w.row, w.column];
  const cut = [block.columns, block.rows, block.images, bandChannels];
  return machine.integers(integersOf(sliding), [out, sliding.turned ? 1 : 0], ySteps, wSteps, cut);
}

/** Weights of one channel of results. */
function tapsOf({ channels, kernel }: WindowSizes): number {
  return channels * kernel[0] * kernel[1];
}

/** Where a window is one pixel wide and meets each in turn, the image is one long row. */
function flat(window: WindowSizes): WindowSizes {
  const { height, width, kernel, stride, padding } = window;
  const one = [...kernel, ...stride].every((n) => n === 1) && padding[0] === 0 && padding[1] === 0;
  const row = { height: 1, width: height * width, outHeight: 1, outWidth: height * width };
  return one ? { ...window, ...row } : window;
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
