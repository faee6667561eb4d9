import type { Storage } from "../device.ts";
import type { WindowSizes } from "../sizes.ts";
import type { Machine } from "./machine.ts";
import type { CpuStorage } from "./storage.ts";

/**
 * 3 x 3 convolutions by Winograd's method (Lavin and Gray 2016): a tile of 4 x 4 results takes 36 multiplications for
 * each pair of channels instead of 144. Each function computes into its first argument and says whether it did: it
 * leaves alone what the method is not made for or does not pay for, and says no where a result is not finite. NaN and
 * infinity would spread over their tiles; convolved directly they go where they belong. What it did is counted as
 * `convolve:winograd` and so on.
 */
export interface Winograd {
  convolve(y: CpuStorage, x: Storage, w: Storage, out: number, window: WindowSizes): boolean;
  convolveInput(x: CpuStorage, g: Storage, w: Storage, out: number, window: WindowSizes): boolean;
  convolveWeight(w: CpuStorage, x: Storage, g: Storage, out: number, window: WindowSizes): boolean;
}

/**
 * Floats that transformed weights, or sums of products, may take: 16 MiB. Channels of results beyond that come group by
 * group.
 */
const mostWeights = 2 ** 22;
/** Floats that the transformed tiles of both sides of a weight's gradient may take: 12 MiB. */
const mostLines = 3 * 2 ** 20;
/** Floats that the transformed tiles of one thread may take, as a multiple of 36: 4.5 MiB. */
const mostTiles = 2 ** 15;
/**
 * Floats of transformed weights that are soon read again, 2 MiB: few tiles at a time then serve best, and stay in the
 * second cache.
 */
const lightWeights = 2 ** 19;
/** Blocks of tiles that add up in float32 before they join totals in float64: `turn` in assembly/totals.ts. */
const turn = 16;

/** `always`: wherever the method is possible, even where it does not pay. */
export function winograd(machine: Machine, always = false): Winograd {
  const serves = (window: WindowSizes, out: number): boolean =>
    fits(window) && (always || (machine.winograd && pays(window, out)));
  const counted = (name: string, done: boolean): boolean => {
    if (done) machine.journal.ran(`${name}:winograd`);
    return done;
  };
  return {
    convolve: (y, x, w, out, window) =>
      serves(window, out) && counted("convolve", convolve(machine, y, x, w, out, window, false)),
    convolveInput: (x, g, w, out, window) =>
      serves(window, out) &&
      counted("convolveInput", convolve(machine, x, g, w, window.channels, adjoint(window, out), true)),
    convolveWeight: (w, x, g, out, window) =>
      serves(window, out) && counted("convolveWeight", gradient(machine, w, x, g, out, window)),
  };
}

/** Whether the kernels can do it. They read four columns at a time, of images and of results. */
function fits({ batch, kernel, stride, dilation, width, outWidth }: WindowSizes): boolean {
  const three = kernel.every((n) => n === 3) && [...stride, ...dilation].every((n) => n === 1);
  return three && batch > 0 && Math.min(width, outWidth) >= 4;
}

/**
 * Whether it is faster. Measured: with fewer channels, with tiles that mostly stick out (results of 5 x 5) or with fewer
 * results, transforms take what multiplications save.
 */
function pays({ batch, channels, outHeight, outWidth }: WindowSizes, out: number): boolean {
  const [down, across] = grid(outHeight, outWidth);
  const pixels = outHeight * outWidth;
  return Math.min(channels, out) >= 12 && pixels >= 8 * down * across && batch * pixels >= 256;
}

/** The adjoint in x as a convolution of g: in and out exchanged. Its weights are turned. */
function adjoint(window: WindowSizes, out: number): WindowSizes {
  const { height, width, padding, outHeight, outWidth } = window;
  return {
    ...window,
    ...{ channels: out, height: outHeight, width: outWidth, outHeight: height, outWidth: width },
    padding: [2 - padding[0], 2 - padding[1]],
  };
}

/** Tiles down and across. */
function grid(height: number, width: number): readonly [down: number, across: number] {
  return [Math.ceil(height / 4), Math.ceil(width / 4)];
}

/** The integers of two `Tiles` of assembly/winograd-tiles.ts: those of the images and those of the results. */
function tilesOf({ batch, channels, height, width, padding, outHeight, outWidth }: WindowSizes, out: number): number[] {
  const tiles = grid(outHeight, outWidth);
  return [
    ...[batch, channels, height, width, ...padding, ...tiles],
    ...[batch, out, outHeight, outWidth, 0, 0, ...tiles],
  ];
}

/** Channels of results at a time, of `out`: a multiple of 32, or all. */
function groupOf(out: number, channels: number): number {
  return Math.min(out, Math.max(32, multipleBelow(mostWeights / (36 * channels), 32)));
}

/**
 * Phases, for each group of channels of results: their weights are transformed, then block after block of tiles is,
 * meets them and is transformed back. `turned`: the weights are [channels, out, 3, 3], in turned order.
 */
function convolve(
  machine: Machine,
  y: CpuStorage,
  x: Storage,
  w: Storage,
  out: number,
  window: WindowSizes,
  turned: boolean,
): boolean {
  const { batch, channels, width, outHeight, outWidth } = window;
  const { run } = machine;
  const [down, across] = grid(outHeight, outWidth);
  const tiles = batch * down * across;
  const group = groupOf(out, channels);
  // Small for many channels, and where there are few tiles: all threads should have some.
  const few = Math.min(multipleBelow(mostTiles / channels, 16), 16 * Math.ceil(tiles / 128));
  const block = 36 * group * channels <= lightWeights ? 16 : within(16, few, 64);
  const blocks = Math.ceil(tiles / block);
  const [outStep, channelStep] = turned ? [9, 9 * out] : [9 * channels, 9];
  const [from, weights] = [machine.at(x), machine.at(w)];
  const sizes = machine.integers(tilesOf(window, out));
  return rooms(machine, [run.winogradWeightsRoom(group, channels), blocks], ([u, strange]) => {
    for (let first = 0; first < out; first += group) {
      const outs = Math.min(group, out - first);
      const fours = { units: Math.ceil(outs / 4), grain: Math.ceil(128 / channels), room: 72 };
      const start = weights + 4 * first * outStep;
      machine.share("winogradWeights", fours, u, start, outs, channels, outStep, channelStep, turned);
      const to = y.address + 4 * first * outHeight * outWidth;
      const each = { units: blocks, grain: 1, room: run.winogradRoom(block, channels, width) };
      machine.share("winogradConvolve", each, to, from, u, outs, sizes, block, strange);
      if (machine.floats(strange, blocks).some(Boolean)) return false;
    }
    return true;
  });
}

/**
 * Phases, for each group of channels of results and each block of tiles: the images' tiles are transformed, those of g
 * too, and for each point their products are added up. After sixteen blocks, and at the end, the sums are transformed
 * back: into w, or into totals in float64 if there is more than one such turn.
 */
function gradient(machine: Machine, w: CpuStorage, x: Storage, g: Storage, out: number, window: WindowSizes): boolean {
  const { batch, channels, width, outHeight, outWidth } = window;
  const { run } = machine;
  const [down, across] = grid(outHeight, outWidth);
  const tiles = batch * down * across;
  const group = groupOf(out, channels);
  const block = within(32, multipleBelow(mostLines / (36 * (channels + group)), 16), 192);
  const turns = Math.ceil(tiles / (turn * block));
  const [images, gradients] = [machine.at(x), machine.at(g)];
  const sizes = machine.integers(tilesOf(window, out));
  const counts = [
    ...[run.winogradLinesRoom(channels, 16, block), run.winogradLinesRoom(group, 4, block)],
    ...[run.winogradSumsRoom(group, channels), group, turns > 1 ? 18 * group * channels : 0],
  ];
  return rooms(machine, counts, ([v, lines, sums, strange, room]) => {
    const totals = turns > 1 ? room : 0;
    for (let start = 0; start < out; start += group) {
      const outs = Math.min(group, out - start);
      const fours = Math.ceil(outs / 4);
      const from = gradients + 4 * start * outHeight * outWidth;
      const to = w.address + 36 * start * channels;
      for (let first = 0; first < tiles; first += block) {
        const count = Math.min(block, tiles - first);
        const sixteens = { units: Math.ceil(channels / 16), grain: 1, room: run.winogradLineRoom(width) };
        machine.share("winogradImages", sixteens, v, images, sizes, channels, first, count);
        const each = { units: fours, grain: 1, room: run.winogradLineRoom(outWidth) };
        machine.share("winogradGradients", each, lines, from, sizes, outs, first, count);
        const products = { units: 36 * fours, grain: Math.ceil(75_000 / (channels * block)) };
        const turned = (first / block) % turn;
        machine.share("winogradSums", products, sums, lines, v, outs, channels, count, turned === 0);
        const done = first + block >= tiles;
        if (!done && turned < turn - 1) continue;
        const back = { units: outs, grain: Math.ceil(256 / channels), room: run.winogradWeightRoom(channels) };
        const fresh = first < turn * block;
        machine.share("winogradWeight", back, to, sums, outs, channels, totals, fresh, done, strange);
      }
      if (machine.floats(strange, outs).some(Boolean)) return false;
    }
    return true;
  });
}

/** Runs `f` with room for so many floats each. */
function rooms<T>(machine: Machine, counts: readonly number[], f: (addresses: readonly number[]) => T): T {
  const [count, ...more] = counts;
  if (count === undefined) return f([]);
  return machine.scratch(count, (address) => rooms(machine, more, (others) => f([address, ...others])));
}

function multipleBelow(n: number, of: number): number {
  return of * Math.floor(n / of);
}

function within(least: number, n: number, most: number): number {
  return Math.max(least, Math.min(n, most));
}
