/** A record of STL-10, 3x96x96 column by column -> row by row. */
export function stl10Picture(record: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 27_648 }, (_, k) => {
    const [c, y, x] = [Math.floor(k / 9216), Math.floor(k / 96) % 96, k % 96];
    return record[c * 9216 + x * 96 + y];
  });
}
