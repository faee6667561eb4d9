import type { Floats, Normalization } from "../device.ts";
import { axisOf, type WindowSizes } from "../sizes.ts";
import { batchNormalizeInput } from "./fused.ts";

/** The meaning of the fused kernels that slide a window over images: convolution and pooling, as in `fused.ts`. */

/**
 * Calls `visit` for every weight and every row of the output that it contributes to: output[y + j] meets weight[w] and
 * image[x + j * step], for j < count; pixels outside the image are left out.
 */
function eachConvolvedRow(
  window: WindowSizes,
  out: number,
  visit: (y: number, w: number, x: number, step: number, count: number) => void,
): void {
  const { batch, channels, height, width, kernel, stride, padding, dilation, outHeight, outWidth } = window;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < out; o++) {
      for (let c = 0; c < channels; c++) {
        for (let u = 0; u < kernel[0]; u++) {
          for (let v = 0; v < kernel[1]; v++) {
            const left = v * dilation[1] - padding[1]; // column of the image under output column 0
            const first = Math.max(0, Math.ceil(-left / stride[1]));
            const count = Math.min(outWidth, Math.floor((width - 1 - left) / stride[1]) + 1) - first;
            const w = ((o * channels + c) * kernel[0] + u) * kernel[1] + v;
            for (let i = 0; i < outHeight && count > 0; i++) {
              const row = i * stride[0] + u * dilation[0] - padding[0];
              if (row < 0 || row >= height) continue;
              const y = ((b * out + o) * outHeight + i) * outWidth + first;
              const x = ((b * channels + c) * height + row) * width + left + first * stride[1];
              visit(y, w, x, stride[1], count);
            }
          }
        }
      }
    }
  }
}

export function convolve(out: Floats, x: Floats, w: Floats, outChannels: number, window: WindowSizes): void {
  const sums = new Float64Array(out.length);
  eachConvolvedRow(window, outChannels, (y, weight, image, step, count) => {
    for (let j = 0; j < count; j++) sums[y + j] += w[weight] * x[image + j * step];
  });
  out.set(sums);
}

export function convolveInput(out: Floats, g: Floats, w: Floats, outChannels: number, window: WindowSizes): void {
  const sums = new Float64Array(out.length);
  eachConvolvedRow(window, outChannels, (y, weight, image, step, count) => {
    for (let j = 0; j < count; j++) sums[image + j * step] += w[weight] * g[y + j];
  });
  out.set(sums);
}

export function convolveWeight(out: Floats, x: Floats, g: Floats, outChannels: number, window: WindowSizes): void {
  const sums = new Float64Array(out.length);
  eachConvolvedRow(window, outChannels, (y, weight, image, step, count) => {
    for (let j = 0; j < count; j++) sums[weight] += g[y + j] * x[image + j * step];
  });
  out.set(sums);
}

/** Calls `visit` for every window with its place in the output and the places in its plane that lie inside the image. */
function eachWindow(window: WindowSizes, visit: (out: number, plane: number, places: readonly number[]) => void): void {
  const { batch, channels, height, width, kernel, stride, padding, dilation, outHeight, outWidth } = window;
  let out = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        const places: number[] = [];
        for (let u = 0; u < kernel[0]; u++) {
          for (let v = 0; v < kernel[1]; v++) {
            const y = i * stride[0] - padding[0] + u * dilation[0];
            const x = j * stride[1] - padding[1] + v * dilation[1];
            if (y >= 0 && y < height && x >= 0 && x < width) places.push(y * width + x);
          }
        }
        visit(out++, plane * height * width, places);
      }
    }
  }
}

export function maxPool2d(out: Floats, where: Floats, x: Floats, window: WindowSizes): void {
  eachWindow(window, (at, plane, places) => {
    let best = places[0];
    for (const place of places) {
      if (Number.isNaN(x[plane + best])) break;
      if (Number.isNaN(x[plane + place]) || x[plane + place] > x[plane + best]) best = place;
    }
    out[at] = x[plane + best];
    where[at] = best;
  });
}

/** The largest of x, or where its channel's weight is negative the least. */
export function extremePool2d(out: Floats, where: Floats, x: Floats, weight: Floats, window: WindowSizes): void {
  const plane = window.height * window.width;
  const turned = Float64Array.from(x, (value, i) =>
    weight[Math.floor(i / plane) % window.channels] < 0 ? -value : value,
  );
  maxPool2d(out, where, turned, window);
  pick(out, x, where, window);
}

export function pick(out: Floats, x: Floats, places: Floats, window: WindowSizes): void {
  eachWindow(window, (at, plane) => {
    out[at] = x[plane + places[at]];
  });
}

export function unpick(out: Floats, g: Floats, places: Floats, window: WindowSizes): void {
  const sums = new Float64Array(out.length);
  eachWindow(window, (at, plane) => {
    sums[plane + places[at]] += g[at];
  });
  out.set(sums);
}

export function batchNormalizePoolInput(
  out: Floats,
  g: Floats,
  x: Floats,
  weight: Floats,
  bias: Floats,
  moments: Floats,
  totals: Floats,
  places: Floats,
  window: WindowSizes,
  how: Normalization,
): void {
  const { batch, channels, height, width } = window;
  const spread = new Float64Array(out.length);
  unpick(spread, g, places, window);
  batchNormalizeInput(out, spread, x, weight, bias, moments, totals, axisOf([batch, channels, height, width], 1), how);
}

export function avgPool2d(out: Floats, x: Floats, window: WindowSizes): void {
  const area = window.kernel[0] * window.kernel[1];
  eachWindow(window, (at, plane, places) => {
    out[at] = places.reduce((sum, place) => sum + x[plane + place], 0) / area;
  });
}

export function avgSpread(out: Floats, g: Floats, window: WindowSizes): void {
  const area = window.kernel[0] * window.kernel[1];
  const sums = new Float64Array(out.length);
  eachWindow(window, (at, plane, places) => {
    for (const place of places) sums[plane + place] += g[at] / area;
  });
  out.set(sums);
}
