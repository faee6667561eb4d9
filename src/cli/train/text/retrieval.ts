import { tensor } from "../../../autograd/create.ts";
import { noGrad } from "../../../autograd/recording.ts";
import { scope } from "../../../autograd/scope.ts";
import type { Tensor } from "../../../autograd/tensor.ts";
import type { Device } from "../../../devices/device.ts";
import { gemm } from "../../../ops/index.ts";
import type { Features } from "../encode.ts";
import { rowsAt } from "../layout.ts";
import { behind } from "./library.ts";

/** How well the next sentence is found among candidates. */
export interface Retrieval {
  /** Sentences whose next one was sought. */
  readonly asked: number;
  /** Share of the sentences whose next one is nearer than all others, in 0..1. */
  readonly top1: number;
  /** Place of the next sentence among all candidates, the nearest being 1, on average. */
  readonly meanRank: number;
}

/**
 * For each of `rows` how near the row behind it is in y, seen from x, among the rows behind `candidates` of them: by cosine. Rows are asked in groups
 * of so many, in their order; what makes no whole group is left out. A candidate that is as near as the right one comes before it.
 * x, y: [n, d], unit rows.
 */
export async function retrieval(
  x: Features,
  y: Features,
  rows: Int32Array,
  candidates: number,
  device: Device,
): Promise<Retrieval> {
  const on = ({ data, shape }: Features): Tensor => tensor(data, { shape, device });
  const n = candidates;
  if (!(n >= 1 && n <= rows.length))
    throw new RangeError(`retrieval: candidates must be in 1..${rows.length}, got ${n}`);
  let [asked, first, ranks] = [0, 0, 0];
  for (let at = 0; at + n <= rows.length; at += n) {
    const group = rows.subarray(at, at + n);
    const [from, to] = [rowsAt(x, group), rowsAt(y, behind(group))];
    const products = scope(() => noGrad(() => gemm(on(from), on(to), { transposeB: true })));
    const cosines = await products.data();
    products.storage.free();
    for (let i = 0; i < n; i++) {
      const right = cosines[i * n + i];
      let before = -1; // itself
      for (let j = 0; j < n; j++) if (!(cosines[i * n + j] < right)) before++;
      if (before === 0) first++;
      ranks += before + 1;
    }
    asked += n;
  }
  return { asked, top1: first / asked, meanRank: ranks / asked };
}
