import type { RowSource } from "../../metrics/row-source.ts";
import { gather } from "../../metrics/scaled-rows.ts";
import { Random } from "../../random.ts";
import type { Measurement } from "./measure.ts";
import type { Sketch } from "./result.ts";

/** Rows that are shown, and numbers in a histogram, at most. */
const [mostRows, mostNumbers] = [3000, 30_000];

/** Samples for figures, by the seed alone: rows, pairs among these rows, distances of positive pairs, lengths. */
export async function sketchOf(
  { rows, lengths, distances }: Pick<Measurement, "rows" | "lengths" | "distances">,
  labels: readonly string[] | undefined,
  seed: number,
): Promise<Sketch> {
  const random = new Random(seed).fork("sketch");
  const chosen = drawn(rows.n, mostRows, random);
  const picked = await rowsAt(rows, chosen);
  return {
    rows: picked,
    ...(labels && { labels: Array.from(chosen, (i) => labels[i]) }),
    distances: distancesWithin(picked, random),
    ...(distances && { positives: some(distances, random) }),
    norms: some(lengths, random),
  };
}

/** At most `most` of the numbers 0 .. n − 1, each once, in order. */
function drawn(n: number, most: number, random: Random): Int32Array {
  return random.permutation(n).subarray(0, most).sort();
}

function some(values: Float64Array, random: Random): Float64Array {
  return Float64Array.from(drawn(values.length, mostNumbers, random), (i) => values[i]);
}

async function rowsAt(rows: RowSource, chosen: Int32Array): Promise<Sketch["rows"]> {
  const data = new Float64Array(chosen.length * rows.d);
  await gather(rows, chosen, data);
  return { data: Float32Array.from(data), shape: [chosen.length, rows.d] };
}

/** Of all pairs, if there are few, else of as many drawn at random. */
function distancesWithin({ data, shape: [n, d] }: Sketch["rows"], random: Random): Float64Array {
  const distance = (i: number, j: number): number => {
    let squared = 0;
    for (let c = 0; c < d; c++) squared += (data[i * d + c] - data[j * d + c]) ** 2;
    return Math.sqrt(squared);
  };
  const all = (n * (n - 1)) / 2;
  if (all <= mostNumbers) {
    const found = new Float64Array(all);
    for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < i; j++) found[at++] = distance(i, j);
    return found;
  }
  return new Float64Array(mostNumbers).map(() => {
    const i = random.below(n);
    const j = random.below(n - 1);
    return distance(i, j < i ? j : j + 1);
  });
}
