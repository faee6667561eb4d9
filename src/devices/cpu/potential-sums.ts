import type { MeasuringKernels, PairSums } from "../device.ts";
import type { Machine } from "./machine.ts";
import { tournament } from "./tournament.ts";

/** Largest t |x_i − mean|²: a potential is at least e^−256, and its square far above the smallest double. */
const widest = 64;
/** Meetings of blocks in a step, each a fifth of a millisecond with 128 coordinates. */
const longest = 256;

export function measuringKernels(machine: Machine): MeasuringKernels {
  return {
    potentialSums(x, n, d, t): PairSums | undefined {
      const padded = 4 * Math.ceil(n / 4);
      const blocks = Math.ceil(n / machine.run.sumsBlock());
      const count = padded * d + 2 * padded + blocks + d;
      const storage = machine.make("potentialSums", 2 * count);
      const panels = storage.address;
      const halves = panels + 8 * padded * d;
      const rows = halves + 8 * padded;
      const squares = rows + 8 * padded;
      const mean = squares + 8 * blocks;
      const doubles = (address: number, size: number): Float64Array =>
        new Float64Array(machine.floats(address, 0).buffer, address, size);
      doubles(panels, count).fill(0);
      layPanels(doubles(panels, padded * d), x, n, d);
      takeMean(doubles(mean, d), x, n, d);
      const centre = { units: padded / 4, grain: Math.ceil(4096 / (d + 1)) };
      machine.share("centrePanels", centre, panels, halves, mean, Math.sqrt(2 * t), n, d);
      if (!doubles(halves, n).every((half) => half <= widest)) {
        storage.free();
        return undefined;
      }
      const steps = tournament(blocks).flatMap((meetings, round) =>
        Array.from({ length: Math.ceil(meetings / longest) }, (_, part) => {
          const start = part * longest;
          return { round, start, units: Math.min(longest, meetings - start) };
        }),
      );
      return {
        steps: steps.length,
        step(index) {
          const { round, start, units } = steps[index];
          const over = { units, grain: 1, room: 32 };
          machine.share("potentialSums", over, rows, squares, panels, halves, n, d, round, start);
        },
        result: () => ({
          rows: doubles(rows, n).slice(),
          squares: doubles(squares, blocks).reduce((sum, each) => sum + each, 0),
        }),
        free: () => storage.free(),
      };
    },
  };
}

/** [n, d] -> [ceil(n / 4)][d][4] */
function layPanels(to: Float64Array, x: Float64Array, n: number, d: number): void {
  for (let i = 0; i < n; i++) {
    const start = (i >> 2) * 4 * d + (i & 3);
    for (let c = 0; c < d; c++) to[start + 4 * c] = x[i * d + c];
  }
}

/** mean[c] = the mean of x[i, c] over i. */
function takeMean(mean: Float64Array, x: Float64Array, n: number, d: number): void {
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) mean[c] += x[i * d + c];
  for (let c = 0; c < d; c++) mean[c] /= n;
}
