import { createHash } from "node:crypto";
import type { RowSource } from "../../metrics/row-source.ts";

/** A source of rows that makes a fingerprint of them as they are first read from start to end. */
export interface Fingerprinted {
  readonly rows: RowSource;
  /** SHA-256 of all rows in float64, in hexadecimal digits. Throws before they were read. */
  digest(): string;
}

export function fingerprinted(source: RowSource): Fingerprinted {
  const hash = createHash("sha256");
  let next = 0;
  const { name, n, d } = source;
  const rows: RowSource = {
    name,
    n,
    d,
    async read(start, count, out) {
      await source.read(start, count, out);
      if (start !== next) return;
      hash.update(new Uint8Array(out.buffer, out.byteOffset, 8 * count * d));
      next += count;
    },
  };
  return {
    rows,
    digest() {
      if (next !== n) throw new Error(`${name}: ${next} of ${n} rows were read for the fingerprint`);
      return hash.digest("hex");
    },
  };
}
