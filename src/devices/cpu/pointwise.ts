import { sizeOf } from "../../shape.ts";
import type { Kernels, MapFunction, Storage, ZipFunction } from "../device.ts";
import { type Dimension, merged } from "../dimensions.ts";
import * as loops from "../reference/kernels.ts";
import type { Machine } from "./machine.ts";

/** The built-in functions that have a kernel, which bears their name. */
const maps = ["neg", "abs", "sign", "square", "sqrt", "relu", "exp", "log", "sigmoid", "tanh", "erf"] as const;
const zips = [
  "add",
  "addRelu",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "greater",
  "equal",
  "keepWhere",
] as const;

/** Elements that are worth a thread's while. */
const grain = 16_384;

/** Any other function runs as a JavaScript loop, in float64 as on the reference device, and is counted as `js:name`. */
export function pointwiseKernels(machine: Machine): Pick<Kernels, "map" | "zip"> {
  /** Views of several storages; all addresses come first, because to ask for one may move the memory under a view. */
  const views = (...storages: readonly Storage[]) =>
    storages.map((x) => [machine.at(x), x.size] as const).map(([address, size]) => machine.floats(address, size));
  return {
    map(fn, x) {
      const name = kernelOf(fn, maps);
      if (name) {
        const y = machine.make(`map:${name}`, x.size);
        machine.share(name, { units: x.size, grain }, y.address, machine.at(x));
        return y;
      }
      const y = machine.make(`js:${fn.name}`, x.size);
      const [to, from] = views(y, x);
      loops.map(to, fn, from);
      return y;
    },

    zip(fn, a, aStrides, b, bStrides, shape) {
      const name = kernelOf(fn, zips);
      if (name) {
        const y = machine.make(`zip:${name}`, sizeOf(shape));
        if (y.size === 0) return y;
        const walk = merged(shape, [aStrides, bStrides]);
        const dims = machine.integers(...walk.map(triple));
        machine.share(name, { units: y.size, grain }, y.address, machine.at(a), machine.at(b), dims, walk.length);
        return y;
      }
      const y = machine.make(`js:${fn.name}`, sizeOf(shape));
      const [to, left, right] = views(y, a, b);
      const leftView = { shape, strides: aStrides, offset: 0 };
      loops.zip(to, fn, left, leftView, right, { shape, strides: bStrides, offset: 0 });
      return y;
    },
  };
}

function kernelOf<Name extends string>(fn: MapFunction | ZipFunction, names: readonly Name[]): Name | undefined {
  return fn.custom ? undefined : names.find((name) => name === fn.name);
}

function triple({ size, strides }: Dimension): number[] {
  return [size, ...strides];
}
