/** What a BMP file holds: bytes [3, height, width], red, green and blue. */
export interface BmpPicture {
  readonly data: Uint8Array;
  readonly shape: readonly [channels: 3, height: number, width: number];
}

/**
 * Reads a BMP file without compression, of 24 or 32 bits a pixel, or of 1, 4 or 8 with a palette, stored from the bottom
 * up or from the top down (Microsoft, "Bitmap Storage"). A fourth byte of a pixel is passed over.
 * Throws for other files, and for those that end early.
 */
export function readBmp(bytes: Uint8Array): BmpPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 54 || view.getUint16(0, true) !== 0x4d42 || view.getUint32(14, true) < 40) {
    throw new Error(`readBmp: no BMP file with a header of 40 bytes or more, found ${bytes.length} bytes`);
  }
  const [width, tall] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  if (![1, 4, 8, 24, 32].includes(bits) || compression !== 0) {
    throw new Error(`readBmp: ${bits} bits a pixel with compression ${compression}: needs 1, 4, 8, 24 or 32 with none`);
  }
  const height = Math.abs(tall);
  const stride = 4 * Math.ceil((width * bits) / 32);
  const start = view.getUint32(10, true);
  const palette = 14 + view.getUint32(14, true);
  if (width < 1 || height < 1 || start + stride * height > bytes.length) {
    const needed = start + stride * height;
    throw new Error(`readBmp: ${height}x${width} pixels of ${bits} bits need ${needed} bytes, found ${bytes.length}`);
  }
  const plane = height * width;
  const data = new Uint8Array(3 * plane);
  for (let k = 0; k < plane; k++) {
    const [i, x] = [Math.floor(k / width), k % width];
    const row = start + stride * (tall < 0 ? i : height - 1 - i);
    let at = row + (x * bits) / 8;
    if (bits <= 8) {
      const shift = 8 - bits - ((x * bits) % 8);
      at = palette + 4 * ((bytes[Math.floor(at)] >> shift) & (2 ** bits - 1));
      if (at + 4 > start) throw new Error("readBmp: a pixel has a colour that is not in the palette");
    }
    for (let c = 0; c < 3; c++) data[c * plane + k] = bytes[at + 2 - c]; // stored as blue, green, red
  }
  return { data, shape: [3, height, width] };
}
