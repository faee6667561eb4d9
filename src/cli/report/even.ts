import { angleAt, uniformDensity } from "./angles.ts";

/** Angles between two distances that are added up: the density is smooth on their scale. */
const parts = 64;

/**
 * The share of pairs of independent, uniform points on the unit sphere of d >= 2 dimensions whose distance lies in
 * from..to, within 0..2.
 */
export function evenShare(d: number): (from: number, to: number) => number {
  const density = uniformDensity(d);
  return (from, to) => {
    const [low, high] = [angleAt(from), angleAt(to)];
    const step = (high - low) / parts;
    let sum = 0;
    for (let i = 0; i < parts; i++) sum += density(low + (i + 0.5) * step) * step;
    return sum;
  };
}
