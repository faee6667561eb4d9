import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import type { Kernels, Storage } from "../device.ts";
import { type Dimension, merged } from "../dimensions.ts";
import type { Machine } from "./machine.ts";
import type { CpuStorage } from "./storage.ts";

/** Where the elements of a walk lie in one array. */
interface Side {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Numbers that are worth a thread's while. */
const worth = 16_384;
/** Rows that a transpose takes together. */
const band = 16;

/** Each is a walk over `y` and `x` at strides of their own: the kernel `move`. */
export function layoutKernels(machine: Machine): Pick<Kernels, "copy" | "place" | "concat"> {
  function move(y: CpuStorage, ySide: Side, x: Storage, xSide: Side, shape: Shape): void {
    if (sizeOf(shape) === 0) return;
    const walk = inWritingOrder(shape, ySide.strides, xSide.strides);
    const dims = machine.integers(...walk.map(({ size, strides }) => [size, ...strides]));
    const units = Math.max(...walk.map(({ size }) => size));
    const cut = walk.findIndex(({ size }) => size === units);
    const over = { units, grain: band * Math.ceil((worth * units) / (band * sizeOf(shape))) };
    const [to, from] = [y.address + 4 * ySide.offset, machine.at(x) + 4 * xSide.offset];
    machine.share("move", over, to, from, dims, walk.length, cut);
  }
  const contiguous = (shape: Shape): Side => ({ offset: 0, strides: stridesOf(shape) });

  return {
    copy(x, view) {
      const y = machine.make("copy", sizeOf(view.shape));
      move(y, contiguous(view.shape), x, view, view.shape);
      return y;
    },

    place(x, view, size, fill) {
      const y = machine.make("place", size);
      if (x.size < size) machine.share("fill", { units: size, grain: worth }, y.address, fill);
      move(y, view, x, contiguous(view.shape), view.shape);
      return y;
    },

    concat(parts, outer, widths, inner) {
      const total = inner * widths.reduce((sum, w) => sum + w, 0);
      const y = machine.make("concat", outer * total);
      let offset = 0;
      parts.forEach((x, p) => {
        const shape = [outer, widths[p] * inner];
        move(y, { offset, strides: [total, 1] }, x, contiguous(shape), shape);
        offset += shape[1];
      });
      return y;
    },
  };
}

/**
 * The walk with the smallest steps of y innermost and, one further out, of what remains the smallest steps of x: if each
 * is 1, the two are a matrix that is copied row by row or transposed. At least two dimensions.
 */
function inWritingOrder(shape: Shape, yStrides: readonly number[], xStrides: readonly number[]): Dimension[] {
  const order = shape.map((_, d) => d).sort((c, d) => Math.abs(yStrides[d]) - Math.abs(yStrides[c]));
  const sorted = (list: readonly number[]) => order.map((d) => list[d]);
  const walk = merged(sorted(shape), [sorted(yStrides), sorted(xStrides)]);
  const inner = walk.splice(-1);
  const step = ({ strides }: Dimension) => Math.abs(strides[1]) || Number.POSITIVE_INFINITY;
  const next = inner[0].strides[1] === 1 ? walk.length - 1 : walk.map(step).lastIndexOf(Math.min(...walk.map(step)));
  const outer = next < 0 ? [{ size: 1, strides: [0, 0] }] : walk.splice(next, 1);
  return [...walk, ...outer, ...inner];
}
