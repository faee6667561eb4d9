import type { FusedKernels } from "../device.ts";
import type { Machine } from "./machine.ts";

type BatchNormKernels = "channelMoments" | "batchNormalize" | "batchNormalizeInput" | "channelProducts";

/** The sizes of scratch memory are those that the kernels' docstrings ask for. */
export function batchNormKernels(machine: Machine): Pick<FusedKernels, BatchNormKernels> {
  return {
    channelMoments(x, { outer, n, inner }) {
      const moments = machine.make("channelMoments", 2 * n);
      machine.scratch(7 * n, (scratch) => {
        machine.run.channelMoments(moments.address, machine.at(x), scratch, outer, n, inner);
      });
      return moments;
    },
    batchNormalize(x, weight, bias, moments, { outer, n, inner }, eps) {
      const y = machine.make("batchNormalize", x.size);
      const given = [x, weight, bias, moments].map((input) => machine.at(input)) as [number, number, number, number];
      machine.scratch(16 * n, (scratch) => {
        machine.run.batchNormalize(y.address, ...given, scratch, outer, n, inner, eps);
      });
      return y;
    },
    batchNormalizeInput(g, x, weight, moments, { outer, n, inner }, eps) {
      const y = machine.make("batchNormalizeInput", x.size);
      const given = [g, x, weight, moments].map((input) => machine.at(input)) as [number, number, number, number];
      machine.scratch(23 * n, (scratch) => {
        machine.run.batchNormalizeInput(y.address, ...given, scratch, outer, n, inner, eps);
      });
      return y;
    },
    channelProducts(g, x, moments, { outer, n, inner }, eps) {
      const y = machine.make("channelProducts", n);
      machine.scratch(7 * n, (scratch) => {
        const given = [machine.at(g), machine.at(x), machine.at(moments)] as const;
        machine.run.channelProducts(y.address, ...given, scratch, outer, n, inner, eps);
      });
      return y;
    },
  };
}
