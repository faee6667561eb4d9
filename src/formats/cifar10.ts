/** What one file of CIFAR-10 holds: pixels [n, 3, 32, 32], red, green and blue, and classes [n], 0..9. */
export interface Cifar10Arrays {
  readonly images: { readonly data: Uint8Array; readonly shape: [n: number, channels: 3, height: 32, width: 32] };
  readonly labels: Uint8Array;
}

/** A label, then 32x32 bytes each of red, green and blue. */
const record = 1 + 3 * 32 * 32;

/**
 * Reads a file of CIFAR-10's binary version (Krizhevsky, cs.toronto.edu/~kriz/cifar.html): records of 3,073 bytes without
 * a header. `name` is what errors call the file. Throws for a length that is no whole number of records, for an empty
 * file, and for labels that are not 0..9.
 */
export function readCifar10(bytes: Uint8Array, name: string = "readCifar10"): Cifar10Arrays {
  const n = Math.floor(bytes.length / record);
  const rest = bytes.length % record;
  if (n === 0 || rest !== 0) {
    throw new Error(
      `${name}: found ${bytes.length} bytes, needs one or more records of ${record} (a label and 3x32x32 pixels), ` +
        `so ${n * record} or ${(n + 1) * record}: the file is truncated or not of CIFAR-10's binary version`,
    );
  }
  const [data, labels] = [new Uint8Array(n * (record - 1)), new Uint8Array(n)];
  for (let i = 0; i < n; i++) {
    labels[i] = bytes[i * record];
    if (labels[i] > 9) {
      throw new Error(
        `${name}: record ${i} has label ${labels[i]}, needs 0..9: not a file of CIFAR-10's binary version`,
      );
    }
    data.set(bytes.subarray(i * record + 1, (i + 1) * record), i * (record - 1));
  }
  return { images: { data, shape: [n, 3, 32, 32] }, labels };
}
