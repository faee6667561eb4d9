import type { Storage, WindowSizes } from "../device.ts";
import type { Machine } from "./machine.ts";
import type { CpuStorage } from "./storage.ts";

/** Tiles whose results are worked out at once. */
const tileBlock = 64;
/** Blocks that add up in float32: as in assembly/totals.ts. */
const turn = 16;
/** Floats that transformed weights may take, 16 MiB: more channels of results than that come group by group. */
const weightRoom = 2 ** 22;

export function winogradConvolve(machine: Machine, y: CpuStorage, x: Storage, w: Storage, out: number, window: WindowSizes): boolean {
  return convolve(machine, y, x, w, out, window, false);
}

/** The adjoint in x: g convolved with turned weights, in and out exchanged. */
export function winogradConvolveInput(machine: Machine, y: CpuStorage, g: Storage, w: Storage, out: number, window: WindowSizes): boolean {
  const { channels, height, width, padding, outHeight, outWidth } = window;
  const turned: WindowSizes = {
    ...window,
    ...{ channels: out, height: outHeight, width: outWidth, outHeight: height, outWidth: width },
    padding: [2 - padding[0], 2 - padding[1]],
  };
  return convolve(machine, y, g, w, channels, turned, true);
}

function convolve(machine: Machine, y: CpuStorage, x: Storage, w: Storage, out: number, window: WindowSizes, turned: boolean): boolean {
  const { batch, channels, height, width, padding, outHeight, outWidth } = window;
  const { run } = machine;
  const grid = [Math.ceil(outHeight / 4), Math.ceil(outWidth / 4)];
  const tiles = batch * grid[0] * grid[1];
  const blocks = Math.ceil(tiles / tileBlock);
  const group = Math.min(out, Math.max(32, 32 * Math.floor(weightRoom / (36 * 32 * channels))));
  const [outStep, channelStep] = turned ? [9, 9 * out] : [9 * channels, 9];
  const sizes = machine.integers(
    [batch, channels, height, width, ...padding, ...grid],
    [batch, out, outHeight, outWidth, 0, 0, ...grid],
  );
  return machine.scratch(run.winogradWeightsRoom(group, channels), (u) =>
    machine.scratch(blocks, (strange) => {
      let finite = true;
      for (let first = 0; first < out && finite; first += group) {
        const outs = Math.min(group, out - first);
        const panels = { units: Math.ceil(outs / 4), grain: 1, room: 72 };
        machine.share("winogradWeights", panels, u, machine.at(w) + 4 * first * outStep, outs, channels, outStep, channelStep, turned);
        const results = y.address + 4 * first * outHeight * outWidth;
        const room = run.winogradRoom(tileBlock, channels, width);
        machine.share("winogradConvolve", { units: blocks, grain: 1, room }, results, machine.at(x), u, outs, sizes, tileBlock, strange);
        finite = machine.floats(strange, blocks).every((flag) => flag === 0);
      }
      return finite;
    }),
  );
}

/** Floats that the tiles of a block may take, 12 MiB. */
const linesRoom = 3 * 2 ** 20;

/** The adjoint in w. */
export function winogradConvolveWeight(machine: Machine, w: CpuStorage, x: Storage, g: Storage, out: number, window: WindowSizes): boolean {
  const { batch, channels, height, width, padding, outHeight, outWidth } = window;
  const { run } = machine;
  const grid = [Math.ceil(outHeight / 4), Math.ceil(outWidth / 4)];
  const tiles = batch * grid[0] * grid[1];
  const group = Math.min(out, Math.max(32, 32 * Math.floor(weightRoom / (36 * 32 * channels))));
  const block = Math.max(32, Math.min(256, 32 * Math.floor(linesRoom / (36 * 32 * (channels + group)))));
  const sizes = machine.integers(
    [batch, channels, height, width, ...padding, ...grid],
    [batch, out, outHeight, outWidth, 0, 0, ...grid],
  );
  const turns = Math.ceil(tiles / (turn * block));
  return machine.scratch(run.winogradSumsRoom(group, channels), (sums) =>
    machine.scratch(run.winogradLinesRoom(channels, 16, block), (v) =>
      machine.scratch(run.winogradLinesRoom(group, 4, block), (gs) =>
        machine.scratch(turns > 1 ? group * channels * 18 : 0, (room) =>
          machine.scratch(group, (strange) => {
            const totals = turns > 1 ? room : 0;
            let finite = true;
            for (let start = 0; start < out && finite; start += group) {
              const outs = Math.min(group, out - start);
              for (let first = 0, k = 0; first < tiles; first += block, k++) {
                const count = Math.min(block, tiles - first);
                machine.share("winogradImages", { units: Math.ceil(channels / 16), grain: 1, room: run.winogradLineRoom(width) }, v, machine.at(x), sizes, channels, first, count);
                machine.share("winogradGradients", { units: Math.ceil(outs / 4), grain: 1, room: run.winogradLineRoom(outWidth) }, gs, machine.at(g) + 4 * start * outHeight * outWidth, sizes, outs, first, count);
                machine.share("winogradSums", { units: 36 * Math.ceil(outs / 4), grain: 4 }, sums, gs, v, outs, channels, count, k % turn === 0);
                const done = first + count >= tiles;
                if (done || k % turn === turn - 1) {
                  machine.share("winogradWeight", { units: outs, grain: 1, room: run.winogradWeightRoom(channels) }, w.address + 36 * start * channels, sums, outs, channels, totals, k < turn, done, strange);
                }
              }
              finite = machine.floats(strange, outs).every((flag) => flag === 0);
            }
            return finite;
          }),
        ),
      ),
    ),
  );
}
