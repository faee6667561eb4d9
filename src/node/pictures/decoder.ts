import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { ByteImage } from "../../data/index.ts";
import { readBmp } from "../../formats/bmp.ts";

/** Makes a picture [3, height, width] of a file's bytes. Rejects naming the file. */
export type Decode = (bytes: Uint8Array, name: string) => Promise<ByteImage>;

/** Where the optional package sharp lies, for every thread to load it from. Throws, saying how to install it, if nowhere. */
export function sharpAddress(from: string = import.meta.url): string {
  try {
    return pathToFileURL(createRequire(from).resolve("sharp")).href;
  } catch (cause) {
    throw new Error("files of pictures need sharp to be decoded, install it: npm i sharp", { cause });
  }
}

/**
 * What decodes JPEG, PNG, WebP, GIF, TIFF and BMP, whatever the file is called, to what Pillow's `convert("RGB")` gives:
 * grey is repeated, transparency left out and not blended, CMYK is (1 − ink)(1 − black), of 16 bits the upper 8 are
 * kept, colour profiles and EXIF's orientation are not applied; of several frames it is the first. Not as Pillow's are
 * transparent pixels of a GIF, which are black, and grey of 16 bits, which Pillow cuts off at 255. JPEG that ends early
 * is refused, what libjpeg only warns of is not: both as in Pillow. `address` is where sharp lies.
 */
export async function loadDecoder(address: string): Promise<Decode> {
  const { default: sharp } = (await import(address).catch((cause: unknown) => {
    throw new Error(`sharp does not load from ${address}, install it again: npm i sharp`, { cause });
  })) as typeof import("sharp");
  return async (bytes, name) => {
    try {
      if (bytes[0] === 0x42 && bytes[1] === 0x4d) return readBmp(bytes); // sharp has no decoder for it
      const image = sharp(bytes, { failOn: "error", ignoreIcc: true });
      const inks = (await image.metadata()).space === "cmyk";
      if (inks)
        image.pipelineColourspace("cmyk").toColourspace("cmyk"); // else sharp would mix inks by a profile
      else image.toColourspace("srgb"); // three channels, of grey too
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      const planar = inks ? fromInks(data) : fromColours(data, info.channels);
      return { data: planar, shape: [3, info.height, info.width] };
    } catch (cause) {
      const what = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new Error(
        `${name}: is damaged or no picture that can be decoded (${what}): get it again, or leave it out`,
        {
          cause,
        },
      );
    }
  };
}

/** [h, w, channels] -> [3, h, w]; what comes after red, green and blue is transparency. */
function fromColours(pixels: Uint8Array, channels: number): Uint8Array {
  const plane = pixels.length / channels;
  const out = new Uint8Array(3 * plane);
  for (let k = 0, from = 0; k < plane; k++, from += channels) {
    out[k] = pixels[from];
    out[k + plane] = pixels[from + 1];
    out[k + 2 * plane] = pixels[from + 2];
  }
  return out;
}

/** [h, w, 4] -> [3, h, w]: how much paper is left white, (255 − ink)(255 − black) / 255, rounded as Pillow does. */
function fromInks(pixels: Uint8Array): Uint8Array {
  const plane = pixels.length / 4;
  const out = new Uint8Array(3 * plane);
  for (let k = 0; k < plane; k++) {
    const white = 255 - pixels[4 * k + 3];
    for (let c = 0; c < 3; c++) {
      const product = pixels[4 * k + c] * white + 128;
      out[c * plane + k] = white - (((product >> 8) + product) >> 8);
    }
  }
  return out;
}
