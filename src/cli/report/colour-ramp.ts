import * as Plot from "@observablehq/plot";
import { percent } from "../shown.ts";
import { ink } from "./sheet.ts";

/**
 * Colours from light for the least to dark for the most: viridis turned round, which is told apart by readers of every colour
 * vision, and in print without colour.
 */
export function rampOptions(least: number, most: number): Plot.ScaleOptions {
  return { type: "linear", scheme: "viridis", reverse: true, domain: [least, most] };
}

/** Pieces that a bar of colours is drawn with. */
const pieces = 32;

/** A bar of these colours with its ends' numbers and a name before it, `width` wide, from (x, y) down; 16 high. */
export function colourRamp(
  name: string,
  [least, most]: readonly [number, number],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): string {
  const scale = Plot.scale({ color: rampOptions(least, most) });
  const step = width / pieces;
  const bars = Array.from({ length: pieces }, (_, i) => {
    const value = least + ((i + 0.5) * (most - least)) / pieces;
    return `<rect x="${(x + i * step).toFixed(2)}" y="${y}" width="${(step + 0.3).toFixed(2)}" height="12" fill="${scale.apply(value)}"/>`;
  });
  return `<text x="${x - 44}" y="${y + 10.5}" text-anchor="end">${name}</text><text x="${x - 6}" y="${y + 10.5}" text-anchor="end">${percent(least, 0)}</text>${bars.join("")}<rect x="${x}" y="${y}" width="${width}" height="12" fill="none" stroke="${ink}" stroke-width=".75"/><text x="${x + width + 6}" y="${y + 10.5}">${percent(most, 0)}</text>`;
}
