import { tensor } from "../../../autograd/create.ts";
import { noGrad } from "../../../autograd/recording.ts";
import { scope } from "../../../autograd/scope.ts";
import type { Device } from "../../../devices/device.ts";
import { gemm } from "../../../ops/index.ts";
import type { Features } from "../encode.ts";
import { rowsAt } from "../layout.ts";

/** How well the next sentence is found among candidates. */
export interface Retrieval {
  /** Share of the sentences whose next one is nearer than all others, in 0..1. */
  readonly top1: number;
  /** Place of the next sentence among all candidates, the nearest being 1, on average. */
  readonly meanRank: number;
}

/**
 * For each of `rows` how near the row behind it is in y, seen from x, among the rows behind all of them: by cosine. A candidate that is as near
 * as the right one comes before it. x, y: [n, d], unit rows.
 */
export async function retrieval(x: Features, y: Features, rows: Int32Array, device: Device): Promise<Retrieval> {
  const n = rows.length;
  const on = ({ data, shape }: Features) => tensor(data, { shape, device });
  const [asked, candidates] = [
    rowsAt(x, rows),
    rowsAt(
      y,
      rows.map((row) => row + 1),
    ),
  ];
  const cosines = await scope(() => noGrad(() => gemm(on(asked), on(candidates), { transposeB: true }))).data();
  let [first, ranks] = [0, 0];
  for (let i = 0; i < n; i++) {
    const right = cosines[i * n + i];
    let before = -1; // itself
    for (let j = 0; j < n; j++) if (!(cosines[i * n + j] < right)) before++;
    if (before === 0) first++;
    ranks += before + 1;
  }
  return { top1: first / n, meanRank: ranks / n };
}
