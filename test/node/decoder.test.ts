import { describe, expect, it } from "vitest";
import { loadDecoder, sharpAddress } from "../../src/node/pictures/decoder.ts";
import { bytesOf, cases, file } from "./pillow.ts";

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
