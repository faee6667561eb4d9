import type { ByteImage } from "./image.ts";

/**
 * Hue turned by `turn` of the colour circle, −0.5..0.5, as torchvision turns Pillow's pictures: to bytes of hue,
 * saturation and value, where the circle has 255 steps and the hue wraps at 256, and back (Pillow's Convert.c, which
 * follows Python's colorsys; in float32 where that shows). `image` has three channels.
 */
export function adjustHueBytes({ data, shape }: ByteImage, turn: number): ByteImage {
  const size = shape[1] * shape[2];
  const shift = Math.trunc(turn * 255);
  const out = new Uint8Array(data.length);
  const [sector, fraction] = [sectors, fractions]; // a constant of the module is looked up anew for each pixel
  for (let red = 0, green = size, blue = 2 * size; red < size; red++, green++, blue++) {
    const r = data[red];
    const g = data[green];
    const b = data[blue];
    const value = r > g ? (r > b ? r : b) : g > b ? g : b;
    const chroma = value - (r < g ? (r < b ? r : b) : g < b ? g : b);
    const saturation = chroma === 0 ? 0 : ((chroma / value) * 255) | 0;
    if (saturation === 0) {
      out[red] = out[green] = out[blue] = value;
      continue;
    }
    const hue = (hueOf(r, g, b, value, chroma) + shift) & 255;
    const s = saturation / 255;
    const f = fraction[hue];
    const low = (value * (1 - s) + 0.5) | 0;
    const place = sector[hue];
    // Between two corners of the colour circle one channel moves: up in even sectors, down in odd ones.
    const moving = (value * (1 - (place & 1 ? s * f : s * (1 - f))) + 0.5) | 0;
    out[red] = place === 0 || place === 5 ? value : place === 1 || place === 4 ? moving : low;
    out[green] = place === 1 || place === 2 ? value : place === 0 || place === 3 ? moving : low;
    out[blue] = place === 3 || place === 4 ? value : place === 2 || place === 5 ? moving : low;
  }
  return { data: out, shape };
}

/** By hue: in which sixth of the circle it lies, and how far in it. */
const sectors: Uint8Array = Uint8Array.from({ length: 256 }, (_, hue) => Math.floor((hue * 6) / 255) % 6);
const fractions: Float32Array = Float32Array.from({ length: 256 }, (_, hue) => ((hue * 6) / 255) % 1);

/** 0..255 for a whole turn. */
function hueOf(r: number, g: number, b: number, value: number, chroma: number): number {
  // Of the two ratios that colorsys has here the one of the smallest channel is 1.
  let sixths: number;
  if (r === value) sixths = b < g ? 1 - Math.fround((value - g) / chroma) : Math.fround((value - b) / chroma) - 1;
  else if (g === value) sixths = r < b ? 3 - Math.fround((value - b) / chroma) : 1 + Math.fround((value - r) / chroma);
  else sixths = g < r ? 5 - Math.fround((value - r) / chroma) : 3 + Math.fround((value - g) / chroma);
  const turns = Math.fround(sixths) / 6 + 1;
  return (Math.fround(turns < 1 ? turns : turns - 1) * 255) | 0; // turns % 1 is the same, and all takes a third longer
}
