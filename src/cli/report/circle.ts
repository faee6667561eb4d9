import { sharesIn } from "../metrics/bins.ts";
import type { Features } from "../train/encode.ts";
import { colours } from "./colours.ts";
import { across, disc, down, type Group, mixedDots } from "./disc.ts";

/** Bars around the circle, five degrees each. */
const bars = 72;

/** Radius of the circle in the picture; the longest bar on it reaches 1. */
const radius = 0.72;
const foot = radius + 0.03;

/**
 * Rows [n, 2] of length 1, where they are on the circle. Many dots on a line cover each other, so bars outside of it say how
 * many there are in each direction. label: text without <, & and quotes.
 */
export function circle(label: string, { data }: Features, groups: readonly Group[]): string {
  const points = Float64Array.from(data);
  const angles = Float64Array.from({ length: points.length / 2 }, (_, i) =>
    Math.atan2(points[2 * i + 1], points[2 * i]),
  );
  const shares = sharesIn({ from: -Math.PI, to: Math.PI, count: bars }, angles);
  const longest = shares.reduce((most, share) => Math.max(most, share), 0);
  const spokes = Array.from(shares, (share, k) => {
    const angle = -Math.PI + (2 * Math.PI * (k + 0.5)) / bars;
    return share === 0 ? "" : `M${at(foot, angle)}L${at(foot + (share / longest) * (1 - foot), angle)}`;
  });
  const path = `<path stroke="${colours.rest}" stroke-width="22" stroke-linecap="butt" d="${spokes.join("")}"/>`;
  return disc(label, path + mixedDots({ points }, 1 / radius, 12, groups), radius);
}

function at(distance: number, angle: number): string {
  return `${across(distance * Math.cos(angle))} ${down(distance * Math.sin(angle))}`;
}
