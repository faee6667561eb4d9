/** Four tables, so that a step takes four bytes: table k holds what a byte does k bytes further on. */
const tables: readonly Uint32Array[] = [0, 1, 2, 3].map(() => new Uint32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  tables[0][byte] = crc;
}
for (let k = 1; k < 4; k++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[k - 1][byte];
    tables[k][byte] = (before >>> 8) ^ tables[0][before & 255];
  }
}

/** The checksum of zip and gzip (CRC-32, ISO 3309) of what `crc` is the checksum of, followed by `bytes`. */
export function crc32(bytes: Uint8Array, crc: number = 0): number {
  const [a, b, c, d] = tables;
  let state = ~crc;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    state ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    state = d[state & 255] ^ c[(state >>> 8) & 255] ^ b[(state >>> 16) & 255] ^ a[state >>> 24];
  }
  for (; at < bytes.length; at++) state = (state >>> 8) ^ a[(state ^ bytes[at]) & 255];
  return ~state >>> 0;
}
