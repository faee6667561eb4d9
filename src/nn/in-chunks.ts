import { Tensor } from "../autograd/tensor.ts";
import { slice } from "../ops/index.ts";
import { show } from "../shape.ts";

/** What has rows: a tensor [n, ...], an array, a typed array. */
export type Rows = Tensor | RowArray;

interface RowArray {
  readonly length: number;
  slice(start: number, end: number): RowArray;
}

/**
 * The rows of a batch in chunks of `size`, the last one shorter: for each the tuple of those rows of every one of `batch`.
 * May be walked again and again; a chunk is cut when its turn comes. Throws unless size is a whole number >= 1 and all
 * have the same number of rows, at least one.
 */
export function inChunks<Batch extends readonly Rows[]>(size: number, ...batch: Batch): Iterable<Batch> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`inChunks: size must be a whole number >= 1, got ${size}`);
  }
  const counts = batch.map(rowCount);
  const [n = 0] = counts;
  if (n === 0 || counts.some((count) => count !== n)) {
    throw new RangeError(`inChunks: needs tensors or arrays with the same number of rows, got [${counts.join(", ")}]`);
  }
  return {
    *[Symbol.iterator]() {
      for (let start = 0; start < n; start += size) {
        const end = Math.min(n, start + size);
        const rows: readonly Rows[] = batch.map((x) =>
          x instanceof Tensor ? slice(x, { start, end }) : x.slice(start, end),
        );
        yield rows as Batch;
      }
    },
  };
}

function rowCount(x: Rows): number {
  if (!(x instanceof Tensor)) return x.length;
  if (x.shape.length === 0) throw new RangeError(`inChunks: a tensor needs rows, got shape ${show(x.shape)}`);
  return x.shape[0];
}
