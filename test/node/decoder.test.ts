import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBmp } from "../../src/formats/bmp.ts";
import { loadDecoder, sharpAddress } from "../../src/node/pictures/decoder.ts";

/** A file as Pillow saved it, and its pixels [3, height, width]: made by `make_pictures.py`. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly shape: [3, number, number];
  readonly rgb: string;
}
const { cases } = JSON.parse(readFileSync(new URL("pictures.json", import.meta.url), "utf8")) as { cases: Case[] };

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
const file = (name: string): Uint8Array => bytesOf(cases.find((one) => one.name === name)?.file ?? "");

const decode = await loadDecoder(sharpAddress());

describe("the decoder of picture files", () => {
  it.each(cases)("has the pixels of Pillow for $name", async ({ name, file, shape, rgb }) => {
    const picture = await decode(bytesOf(file), name);
    expect(picture.shape).toEqual(shape);
    expect(picture.data).toEqual(bytesOf(rgb));
  });

  it("takes black for transparent pixels of a GIF, and nothing else for others", async () => {
    const gif = file("palette.gif");
    // A graphic control extension that makes colour 0 transparent, before the picture's descriptor.
    const at = gif.indexOf(0x2c, 13 + 3 * 2 ** ((gif[10] & 7) + 1));
    const clear = Uint8Array.from([...gif.subarray(0, at), 0x21, 0xf9, 4, 1, 0, 0, 0, 0, ...gif.subarray(at)]);
    const [whole, holed] = [await decode(gif, "whole"), await decode(clear, "holed")];
    const plane = whole.data.length / 3;
    const first = [0, 1, 2].map((c) => gif[13 + c]);
    let holes = 0;
    for (let k = 0; k < plane; k++) {
      const colour = (data: Uint8Array): number[] => [0, 1, 2].map((c) => data[c * plane + k]);
      const clear = colour(whole.data).every((value, c) => value === first[c]);
      if (clear) holes++;
      expect(colour(holed.data)).toEqual(clear ? [0, 0, 0] : colour(whole.data));
    }
    expect(holes).toBeGreaterThan(0);
  });

  it.each([
    ["JPEG that ends early", file("rgb.jpg").subarray(0, -12)],
    ["PNG that ends early", file("rgb.png").subarray(0, -30)],
    ["PNG with a flipped bit", file("rgb.png").map((byte, i) => (i === 60 ? byte ^ 4 : byte))],
    ["WebP that ends early", file("lossless.webp").subarray(0, -4)],
    ["BMP that ends early", file("rgb.bmp").subarray(0, -1)],
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("no picture at all")],
  ])("refuses %s, naming the file", async (_, bytes) => {
    await expect(decode(bytes, "cat/7.jpg")).rejects.toThrow(
      /^cat\/7\.jpg: is damaged or no picture that can be decoded \(.+\): get it again, or leave it out$/,
    );
  });

  it("takes what libjpeg only warns of, as there is in ImageNet: bytes between the markers", async () => {
    const jpeg = file("rgb.jpg");
    const at = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xdb); // the first table
    const noisy = Uint8Array.from([...jpeg.subarray(0, at), 1, 2, 3, ...jpeg.subarray(at)]);
    expect((await decode(noisy, "noisy")).data).toEqual((await decode(jpeg, "clean")).data);
  });

  it("says how to install sharp where it is not, or does not load", async () => {
    expect(() => sharpAddress("file:///nowhere/else.js")).toThrow(
      "files of pictures need sharp to be decoded, install it: npm i sharp",
    );
    await expect(loadDecoder("file:///nowhere/sharp.js")).rejects.toThrow(
      "sharp does not load from file:///nowhere/sharp.js, install it again: npm i sharp",
    );
  });
});

describe("readBmp", () => {
  const bmp = file("rgb.bmp");
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = Uint8Array.from(bmp);
    copy.set(bytes, at);
    return copy;
  };

  it("reads rows from the top down where the height is negative", () => {
    const { data, shape } = readBmp(bmp);
    const [, height, width] = shape;
    const down = readBmp(changed(22, -height & 255, 255, 255, 255));
    expect(down.shape).toEqual(shape);
    for (let i = 0; i < height; i++) {
      const row = (from: Uint8Array, line: number): Uint8Array => from.subarray(line * width, (line + 1) * width);
      expect(row(down.data, i)).toEqual(row(data, height - 1 - i));
    }
  });

  it.each([
    ["another file", file("rgb.png"), "no BMP file with a header of 40 bytes or more"],
    ["a header of 12 bytes", changed(14, 12), "no BMP file with a header of 40 bytes or more"],
    ["16 bits a pixel", changed(28, 16), "16 bits a pixel with compression 0: needs 1, 4, 8, 24 or 32 with none"],
    ["compression", changed(30, 1), "24 bits a pixel with compression 1"],
    ["no columns", changed(18, 0), "7x0 pixels of 24 bits need"],
    [
      "rows that are not there",
      changed(22, 8),
      `8x11 pixels of 24 bits need ${54 + 8 * 36} bytes, found ${bmp.length}`,
    ],
    [
      "a colour that has no place in the palette",
      file("palette.bmp").map((byte, i) => (i === 11 ? 0 : byte)),
      "a pixel has a colour that is not in the palette",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readBmp(bytes)).toThrow(`readBmp: ${message}`);
  });
});
