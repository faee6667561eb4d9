/** Sizes of a tensor's dimensions, outermost first; `[]` is a scalar. Storage is row-major and contiguous. */
export type Shape = readonly number[];

/** A shape as errors print it: `[2, 3]`. Of more than 32 dimensions only how many: a damaged file may name millions. */
export function show(shape: Shape): string {
  return shape.length > 32 ? `[${shape.length} dimensions]` : `[${shape.join(", ")}]`;
}

/** Number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Row-major strides in elements: the last dimension has stride 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, d) => n === b[d]);
}

/** Where the `index`-th element in row-major order lies along each dimension. */
export function placeOf(index: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, d) => Math.floor(index / stride) % shape[d]);
}

/** Throws unless every size is a whole number >= 0. `what` names the op in the message. */
export function checkShape(shape: Shape, what: string): void {
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0)
      throw new RangeError(`${what}: sizes must be whole numbers >= 0, got ${show(shape)}`);
  }
}

/**
 * The common shape of `a` and `b` under NumPy's rule: align right; sizes must agree or one of them is 1.
 * Throws naming `what` and both shapes.
 */
export function broadcastShapes(a: Shape, b: Shape, what: string): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const m = a[d - rank + a.length] ?? 1;
    const n = b[d - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      const shapes = `${show(a)} and ${show(b)}`;
      throw new RangeError(`${what}: shapes ${shapes} do not broadcast: dimension ${d} is ${m} against ${n}`);
    }
    shape[d] = m === 1 ? n : m;
  }
  return shape;
}

/** Strides that read a contiguous tensor of shape `from` as if it had shape `to`: 0 along every dimension that repeats. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((n, d) => (d < lead || (from[d - lead] === 1 && n !== 1) ? 0 : strides[d - lead]));
}

/** A dimension counted from the front: -1 is the last. Throws naming `what` when out of range. */
export function resolveDim(dim: number, rank: number, what: string): number {
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
    const range = rank === 0 ? "a scalar has none" : `must be a whole number in ${-rank}..${rank - 1}`;
    throw new RangeError(`${what}: dim ${dim} is out of range: ${range}`);
  }
  return dim < 0 ? dim + rank : dim;
}

/** Several dimensions, sorted, each once; `undefined` means all of them. */
export function resolveDims(dim: number | readonly number[] | undefined, rank: number, what: string): number[] {
  if (dim === undefined) return Array.from({ length: rank }, (_, d) => d);
  const dims = (typeof dim === "number" ? [dim] : dim).map((d) => resolveDim(d, rank, what));
  if (new Set(dims).size !== dims.length) throw new RangeError(`${what}: dim [${dims}] names a dimension twice`);
  return dims.sort((a, b) => a - b);
}
