/** What the files of STL-10 hold: pixels [n, 3, 96, 96], red, green and blue, and classes [n], 0..9, if there are any. */
export interface Stl10Arrays {
  readonly images: { readonly data: Uint8Array; readonly shape: [n: number, channels: 3, height: 96, width: 96] };
  readonly labels?: Uint8Array;
}

const side = 96;
const plane = side * side;

/** Bytes of one picture. */
export const stl10Record: number = 3 * plane;

/**
 * Reads STL-10's binary version (Coates, Ng & Lee 2011, cs.stanford.edu/~acoates/stl10): a file of pictures such as
 * `train_X.bin` or `unlabeled_X.bin`, and the file of their labels such as `train_y.bin`, where there is one. Both have no
 * header; the labels 1..10 of the file become 0..9. `names` are what errors call the two files. Throws for a file of
 * pictures that is empty or no whole number of records, for another number of labels, and for labels outside 1..10.
 */
export function readStl10(
  images: Uint8Array,
  labels: Uint8Array,
  names?: readonly [images: string, labels: string],
): Required<Stl10Arrays>;
export function readStl10(
  images: Uint8Array,
  labels?: Uint8Array,
  names?: readonly [images: string, labels: string],
): Stl10Arrays;
export function readStl10(
  images: Uint8Array,
  labels?: Uint8Array,
  names: readonly [images: string, labels: string] = ["readStl10: images", "readStl10: labels"],
): Stl10Arrays {
  const n = stl10Count(images.length, names[0]);
  const classes = labels && stl10Labels(labels, n, names);
  const data = new Uint8Array(n * stl10Record);
  for (let i = 0; i < n; i++) turn(images, i * stl10Record, data);
  return { images: { data, shape: [n, 3, side, side] }, labels: classes };
}

/**
 * One picture of STL-10's binary version, 27,648 bytes whose channels are stored column by column, as [3, 96, 96]
 * row by row: for files too large to read at once. Throws for another number of bytes.
 */
export function stl10Picture(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== stl10Record) {
    throw new RangeError(
      `stl10Picture: needs the ${stl10Record} bytes of one picture (3x96x96 pixels), got ${bytes.length}`,
    );
  }
  const picture = new Uint8Array(stl10Record);
  turn(bytes, 0, picture);
  return picture;
}

/** Exchanges rows and columns of the picture at `start`, which goes to the same place in `out`. */
function turn(bytes: Uint8Array, start: number, out: Uint8Array): void {
  for (let channel = start; channel < start + stl10Record; channel += plane) {
    for (let row = 0, to = channel; row < side; row++) {
      for (let from = channel + row; from < channel + plane; from += side) out[to++] = bytes[from];
    }
  }
}

/** How many pictures a file of `size` bytes holds. Throws, naming the file, unless they are one or more whole records. */
export function stl10Count(size: number, name: string): number {
  const n = Math.floor(size / stl10Record);
  if (n > 0 && size % stl10Record === 0) return n;
  throw new Error(
    `${name}: found ${size} bytes, needs one or more records of ${stl10Record} (3x96x96), so ${n * stl10Record} or ` +
      `${(n + 1) * stl10Record}: the file is truncated or not of STL-10's binary version`,
  );
}

/** The classes 0..9 in a file of labels that belongs to `n` pictures. Throws for another number of labels or others than 1..10. */
export function stl10Labels(
  labels: Uint8Array,
  n: number,
  names: readonly [images: string, labels: string],
): Uint8Array {
  const [images, name] = names;
  if (labels.length !== n) {
    throw new Error(
      `${name}: holds ${labels.length} labels for the ${n} pictures of ${images}: one is truncated or they do not belong together`,
    );
  }
  const bad = labels.findIndex((label) => label < 1 || label > 10);
  if (bad >= 0) {
    throw new Error(`${name}: label ${bad} is ${labels[bad]}, needs 1..10: not the labels of STL-10's binary version`);
  }
  return labels.map((label) => label - 1);
}
