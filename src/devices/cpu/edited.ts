/**
 * Bytes made of others by edits: again and again how many bytes of its own come next and these, then from where on and how
 * many are those of `from`. Four bytes a number, little endian. Written by scripts/kernels.mjs.
 */
export function edited(from: Uint8Array, edits: Uint8Array): Uint8Array<ArrayBuffer> {
  const numbers = new DataView(edits.buffer, edits.byteOffset, edits.byteLength);
  const made: number[] = [];
  for (let at = 0; at < edits.length; ) {
    const own = numbers.getUint32(at, true);
    at += 4 + own;
    for (const byte of edits.subarray(at - own, at)) made.push(byte);
    const [begin, length] = [numbers.getUint32(at, true), numbers.getUint32(at + 4, true)];
    for (const byte of from.subarray(begin, begin + length)) made.push(byte);
    at += 8;
  }
  return Uint8Array.from(made);
}
