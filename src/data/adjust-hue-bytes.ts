import type { ByteImage } from "./image.ts";

/**
 * Hue turned by `turn` of the colour circle, −0.5..0.5, as torchvision turns Pillow's pictures: to bytes of hue,
 * saturation and value, where the circle has 255 steps and the hue wraps at 256, and back (Pillow's Convert.c, which
 * follows Python's colorsys, in float32 where it has floats). `image` has three channels.
 */
export function adjustHueBytes({ data, shape }: ByteImage, turn: number): ByteImage {
  const size = shape[1] * shape[2];
  const shift = Math.trunc(turn * 255);
  const out = new Uint8Array(data.length);
  for (let k = 0; k < size; k++) {
    const [red, green, blue] = [k, k + size, k + 2 * size];
    const [r, g, b] = [data[red], data[green], data[blue]];
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    const saturation = chroma === 0 ? 0 : Math.trunc(Math.fround(chroma / value) * 255);
    if (saturation === 0) {
      out[red] = out[green] = out[blue] = value;
      continue;
    }
    const hue = (hueOf(r, g, b, value, chroma) + shift) & 255;
    const [sector, f] = [sectors[hue], fractions[hue]];
    const s = Math.fround(saturation / 255);
    const low = Math.floor(value * (1 - s) + 0.5);
    // Between two corners of the colour circle one channel moves: up in even sectors, down in odd ones.
    const moving = Math.floor(value * (1 - (sector % 2 === 0 ? s * (1 - f) : Math.fround(s * f))) + 0.5);
    out[red] = sector === 0 || sector === 5 ? value : sector === 1 || sector === 4 ? moving : low;
    out[green] = sector === 1 || sector === 2 ? value : sector === 0 || sector === 3 ? moving : low;
    out[blue] = sector === 3 || sector === 4 ? value : sector === 2 || sector === 5 ? moving : low;
  }
  return { data: out, shape };
}

/** By hue: in which sixth of the circle it lies, and how far in it. */
const sectors: Uint8Array = Uint8Array.from({ length: 256 }, (_, hue) => Math.floor((hue * 6) / 255) % 6);
const fractions: Float32Array = Float32Array.from({ length: 256 }, (_, hue) => ((hue * 6) / 255) % 1);

/** 0..255 for a whole turn. */
function hueOf(r: number, g: number, b: number, value: number, chroma: number): number {
  const awayR = Math.fround((value - r) / chroma);
  const awayG = Math.fround((value - g) / chroma);
  const awayB = Math.fround((value - b) / chroma);
  const sixths = r === value ? awayB - awayG : g === value ? 2 + awayR - awayB : 4 + awayG - awayR;
  const turns = Math.fround(sixths) / 6 + 1;
  return Math.trunc(Math.fround(turns < 1 ? turns : turns - 1) * 255); // twenty times faster than turns % 1
}
