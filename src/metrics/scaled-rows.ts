import type { RowSource } from "./row-source.ts";

/** Squared distances between entries up to this one, summed and times the largest t, stay below the largest double. */
const largestEntry = 1e140;

/** Which rows, of how many. */
export interface Some {
  readonly start: number;
  readonly count: number;
  readonly n: number;
  readonly d: number;
}

/**
 * Scales rows, at the front of `data`, to length 1 in place, unless `normalize` is false, and calls `note` with the number
 * and the length before of each. Throws, naming the row: a number that is not finite (naming its column), a row of zeros,
 * which has no direction; without `normalize` also a number beyond 1e140, as squared distances would overflow.
 */
export function scaleRows(
  name: string,
  data: Float64Array,
  { start, count, n, d }: Some,
  normalize: boolean,
  note?: (i: number, length: number) => void,
): void {
  for (let i = 0, from = 0; i < count; i++, from += d) {
    let squares = 0;
    for (let c = from; c < from + d; c++) squares += data[c] * data[c];
    let length = Math.sqrt(squares);
    if (!(squares > least && squares < most)) {
      length = carefulLength(`${name}: row ${start + i} of [${n}, ${d}]`, data.subarray(from, from + d), normalize);
    }
    if (normalize) for (let c = from; c < from + d; c++) data[c] /= length;
    note?.(start + i, length);
  }
}

/** Sums of squares between these have lost nothing to underflow, and no entry is beyond 1e140. */
const [least, most] = [1e-250, largestEntry ** 2];

/** The length of a row for which the sum of squares does not do. */
function carefulLength(where: string, row: Float64Array, normalize: boolean): number {
  const largest = row.reduce((size, x) => Math.max(size, Math.abs(x)), 0);
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
  return largest * Math.sqrt(row.reduce((sum, x) => sum + (x / largest) ** 2, 0)); // so that no square overflows
}

/** What to note of the rows that are read. */
export interface ScaledRowsOptions {
  readonly normalize: boolean;
  /** [n]: where each row's length before scaling is put. */
  readonly lengths?: Float64Array;
}

/** The rows of a source as metrics take them: each checked and scaled as it is read. Reading rejects as `scaleRows` throws. */
export function scaledRows(source: RowSource, { normalize, lengths }: ScaledRowsOptions): RowSource {
  const { name, n, d } = source;
  const note = (i: number, length: number): void => {
    if (lengths) lengths[i] = length;
  };
  return {
    name,
    n,
    d,
    async read(start, count, out) {
      await source.read(start, count, out);
      scaleRows(name, out, { start, count, n, d }, normalize, note);
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
