/**
 * Many names in memory that all threads see: those of ImageNet's 1.3 million files are 40 MB so, and need not be listed
 * again, or copied, in every thread.
 */
export interface Names {
  /** One name after the other, in UTF-8. */
  readonly text: SharedArrayBuffer;
  /** Where each one ends, whole numbers of 32 bits. */
  readonly ends: SharedArrayBuffer;
}

export function namesOf(names: readonly string[]): Names {
  const ends = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  let end = 0;
  names.forEach((name, i) => {
    end += Buffer.byteLength(name);
    ends[i] = end;
  });
  const text = Buffer.from(new SharedArrayBuffer(end));
  names.forEach((name, i) => {
    text.write(name, i === 0 ? 0 : ends[i - 1]);
  });
  return { text: text.buffer as ArrayBufferLike as SharedArrayBuffer, ends: ends.buffer };
}

export function nameAt({ text, ends }: Names, i: number): string {
  const at = new Uint32Array(ends);
  return Buffer.from(text).toString("utf8", i === 0 ? 0 : at[i - 1], at[i]);
}

export function countOf({ ends }: Names): number {
  return ends.byteLength / 4;
}
