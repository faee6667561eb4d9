import { type Alignment, alignment, type Uniformity, uniformity } from "../../metrics/index.ts";
import type { Tell } from "../phases.ts";
import type { TrainConfig } from "./config.ts";
import type { Features } from "./encode.ts";

/** How an encoder lays out the test pictures. */
export interface Layout {
  /** Of two views of each test picture. */
  readonly alignment: Alignment;
  /** Of the test pictures as they are. */
  readonly uniformity: Uniformity;
  /** Of the first view of each test picture: views are what training spreads. */
  readonly viewUniformity: Uniformity;
  /** Distance between the two views of each test picture. */
  readonly distances: Float64Array;
  /** Of the test pictures as they are, at the output. */
  readonly features: Features;
}

/** Alignment of two views of each picture, uniformity of the pictures as they are and of the first views. */
export async function layoutOf(
  features: Features,
  [{ data: x, shape }, { data: y }]: readonly [x: Features, y: Features],
  { alpha, t }: Pick<TrainConfig, "alpha" | "t">,
  tell: Tell,
): Promise<Layout> {
  const [n, d] = shape;
  const plainUniformity = await uniformity(features, { t });
  tell(0.5); // each of the two takes seconds: a person who asks to stop waits for one at most
  return {
    alignment: await alignment(x, y, { dim: d, alpha }),
    uniformity: plainUniformity,
    viewUniformity: await uniformity(x, { dim: d, t }),
    distances: distancesOf({ data: x, shape: [n, d] }, y),
    features,
  };
}

/** Of each row of x, [n, d], from that row of y: [n]. */
export function distancesOf({ data: x, shape: [n, d] }: Features, y: Float32Array): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let squared = 0;
    for (let c = i * d; c < (i + 1) * d; c++) squared += (x[c] - y[c]) ** 2;
    return Math.sqrt(squared);
  });
}

/** Some of the rows, copied. */
export function rowsAt({ data, shape: [, d] }: Features, rows: Int32Array): Features {
  const picked = new Float32Array(rows.length * d);
  rows.forEach((row, k) => void picked.set(data.subarray(row * d, (row + 1) * d), k * d));
  return { data: picked, shape: [rows.length, d] };
}
