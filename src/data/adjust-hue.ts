import type { Image } from "./image.ts";

/**
 * Hue turned by `turn` of the colour circle, saturation and value as they were, by torchvision's formulas
 * (`adjust_hue`). `image` has three channels in 0..1.
 */
export function adjustHue({ data, shape }: Image, turn: number): Image {
  const size = shape[1] * shape[2];
  const out = new Float32Array(data.length);
  for (let k = 0; k < size; k++) {
    const [r, g, b] = [data[k], data[k + size], data[k + 2 * size]];
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    const turned = hueOf(r, g, b, value, chroma) + turn;
    const place = 6 * (turned - Math.floor(turned));
    for (let c = 0; c < 3; c++) {
      // R is full around 0, G around 2, B around 4; a channel fades out between one and two steps away from there.
      const away = Math.abs(((place - 2 * c + 9) % 6) - 3);
      out[k + c * size] = value - chroma * Math.min(Math.max(away - 1, 0), 1);
    }
  }
  return { data: out, shape };
}

/** In turns; 0 for grey. */
function hueOf(r: number, g: number, b: number, value: number, chroma: number): number {
  if (chroma === 0) return 0;
  if (value === r) return (g - b) / chroma / 6;
  if (value === g) return (2 + (b - r) / chroma) / 6;
  return (4 + (r - g) / chroma) / 6;
}
