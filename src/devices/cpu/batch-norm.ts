import type { FusedKernels } from "../device.ts";
import type { Axis } from "../sizes.ts";
import type { Machine, Units } from "./machine.ts";
import { planes } from "./pool2d.ts";
import { integersOf } from "./window.ts";

type BatchNormKernels =
  | "channelMoments"
  | "batchNormalize"
  | "batchNormalizeTotals"
  | "batchNormalizeInput"
  | "batchNormalizePoolInput";

/** The sizes of scratch memory are those that the kernels' docstrings ask for. */
export function batchNormKernels(machine: Machine): Pick<FusedKernels, BatchNormKernels> {
  return {
    channelMoments(x, axis) {
      const { outer, n, inner } = axis;
      const moments = machine.make("channelMoments", 2 * n);
      const { blocks, span } = blocksOf(axis);
      const over = { units: blocks, grain: 1, room: 3 * n };
      machine.scratch(4 * n * blocks, (parts) => {
        machine.share("channelMoments", over, parts, machine.at(x), outer, n, inner, span);
        machine.run.joinMoments(moments.address, parts, outer, n, inner, span);
      });
      return moments;
    },
    batchNormalize(x, weight, bias, moments, axis, { eps, relu }) {
      const { n, inner } = axis;
      const y = machine.make("batchNormalize", x.size);
      const [shift, centre] = [machine.at(bias), machine.at(moments)];
      machine.scratch(n, (factors) => {
        machine.run.channelFactors(factors, machine.at(weight), centre, n, eps);
        machine.share("batchNormalize", rows(axis), y.address, machine.at(x), shift, centre, factors, n, inner, relu);
      });
      return y;
    },
    batchNormalizeTotals(g, x, weight, bias, moments, axis, { eps, relu }) {
      const { outer, n, inner } = axis;
      const y = machine.make("batchNormalizeTotals", 2 * n);
      const given = [machine.at(g), machine.at(x), machine.at(bias), machine.at(moments)] as const;
      const { blocks, span } = blocksOf(axis);
      const over = { units: blocks, grain: 1, room: 2 * n };
      machine.scratch(n + 4 * n * blocks, (factors) => {
        const parts = factors + 4 * n;
        machine.run.channelFactors(factors, machine.at(weight), machine.at(moments), n, eps);
        machine.share("batchNormalizeTotals", over, parts, ...given, factors, outer, n, inner, span, relu);
        machine.run.joinTotals(y.address, parts, blocks, machine.at(moments), n, eps);
      });
      return y;
    },
    batchNormalizeInput(g, x, weight, bias, moments, totals, axis, { eps, relu }) {
      const { outer, n, inner } = axis;
      const y = machine.make("batchNormalizeInput", x.size);
      const given = [machine.at(g), machine.at(x), machine.at(bias), machine.at(moments)] as const;
      machine.scratch(3 * n, (factors) => {
        const slopes = factors + 4 * n;
        machine.run.channelFactors(factors, machine.at(weight), machine.at(moments), n, eps);
        machine.run.gradientTable(slopes, factors, machine.at(moments), machine.at(totals), n, outer * inner, eps);
        machine.share("batchNormalizeInput", rows(axis), y.address, ...given, factors, slopes, n, inner, relu);
      });
      return y;
    },
    batchNormalizePoolInput(g, x, weight, bias, moments, totals, places, window, { eps, relu }) {
      const { batch, channels: n, height, width } = window;
      const y = machine.make("batchNormalizePoolInput", x.size);
      const given = [machine.at(g), machine.at(places), machine.at(x), machine.at(bias), machine.at(moments)] as const;
      machine.scratch(3 * n, (factors) => {
        const [slopes, count] = [factors + 4 * n, batch * height * width];
        machine.run.channelFactors(factors, machine.at(weight), machine.at(moments), n, eps);
        machine.run.gradientTable(slopes, factors, machine.at(moments), machine.at(totals), n, count, eps);
        const sizes = machine.integers(integersOf(window));
        machine.share("batchNormalizePoolInput", planes(window), y.address, ...given, factors, slopes, sizes, relu);
      });
      return y;
    },
  };
}

/** Numbers that are worth a thread's while. */
const enough = 65_536;

/**
 * Blocks of outer rows for sums over them, as many whatever the number of threads: results depend on where they are cut. A
 * piece of a sum is 64 rows where inner is 1, and does not go across blocks.
 */
function blocksOf({ outer, n, inner }: Axis): { readonly blocks: number; readonly span: number } {
  const piece = inner === 1 ? 64 : 1;
  const span = piece * Math.max(1, Math.ceil(Math.max(outer / mostBlocks, enough / Math.max(1, n * inner)) / piece));
  return { blocks: Math.ceil(outer / span), span };
}

/** More would cost more to put together than they even out among threads. */
const mostBlocks = 16;

/** Rows as they lie in memory: of one channel, or of all where inner is 1. */
function rows({ outer, n, inner }: Axis): Units {
  const [count, length] = inner === 1 ? [outer, n] : [outer * n, inner];
  return { units: count, grain: Math.ceil(enough / length) };
}
