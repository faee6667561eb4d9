import type { RowSource } from "./row-source.ts";

/** Squared distances between entries up to this one, summed and times the largest t, stay below the largest double. */
const largestEntry = 1e140;

/**
 * Scales a row to length 1 in place, unless `normalize` is false, and gives its length before. `where` names it in errors: a
 * number that is not finite (naming its column), a row of zeros, which has no direction; without `normalize` also a number
 * beyond 1e140, as squared distances would overflow.
 */
export function scaleRow(where: string, row: Float64Array, normalize: boolean): number {
  let largest = 0;
  for (let c = 0; c < row.length; c++) largest = Math.max(largest, Math.abs(row[c]));
  if (!Number.isFinite(largest)) {
    const column = row.findIndex((x) => !Number.isFinite(x));
    throw new RangeError(`${where} holds a NaN or an infinity in column ${column}: leave the row out, or mend it`);
  }
  if (!normalize && largest > largestEntry) {
    throw new RangeError(`${where} holds a number beyond 1e140: scale the features down`);
  }
  if (largest === 0) {
    if (!normalize) return 0;
    throw new RangeError(`${where} is all zeros and has no direction: leave it out`);
  }
  let squares = 0; // of the row over its largest entry, so that none overflows
  for (let c = 0; c < row.length; c++) squares += (row[c] / largest) ** 2;
  const length = largest * Math.sqrt(squares);
  if (normalize) for (let c = 0; c < row.length; c++) row[c] /= length;
  return length;
}

/** What to note of the rows that are read. */
export interface ScaledRowsOptions {
  readonly normalize: boolean;
  /** [n]: where each row's length before scaling is put. */
  readonly lengths?: Float64Array;
}

/** The rows of a source as metrics take them: each checked and scaled as it is read. Reading rejects as `scaleRow` throws. */
export function scaledRows(source: RowSource, { normalize, lengths }: ScaledRowsOptions): RowSource {
  const { name, n, d } = source;
  return {
    name,
    n,
    d,
    async read(start, count, out) {
      await source.read(start, count, out);
      for (let i = start; i < start + count; i++) {
        const row = out.subarray((i - start) * d, (i - start + 1) * d);
        const length = scaleRow(`${name}: row ${i} of [${n}, ${d}]`, row, normalize);
        if (lengths) lengths[i] = length;
      }
    },
  };
}

/** Some rows of a source, in that order. */
export function chosenRows(source: RowSource, chosen: Int32Array): RowSource {
  const { name, d } = source;
  return {
    name,
    d,
    n: chosen.length,
    read: (start, count, out) => gather(source, chosen.subarray(start, start + count), out),
  };
}

/** Rows that are read at once to find those that are wanted among them. */
const span = 512;

/** Reads rows in the order of `wanted`, each span of the source that holds some of them once. -> out: [wanted, d] */
export async function gather(source: RowSource, wanted: Int32Array, out: Float64Array): Promise<void> {
  const { d } = source;
  const places = Int32Array.from(wanted.keys()).sort((a, b) => wanted[a] - wanted[b]);
  const some = new Float64Array(span * d);
  for (let first = 0; first < places.length; ) {
    const start = wanted[places[first]];
    let end = first;
    while (end < places.length && wanted[places[end]] < start + span) end++;
    await source.read(start, wanted[places[end - 1]] - start + 1, some);
    for (; first < end; first++) {
      const from = (wanted[places[first]] - start) * d;
      out.set(some.subarray(from, from + d), places[first] * d);
    }
  }
}
