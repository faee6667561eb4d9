import type { Plane } from "./plane.ts";

/** Rows that are drawn in one colour. */
export interface Group {
  readonly colour: string;
  readonly rows: readonly number[];
}

/** Each group's dots are laid down in so many turns, all groups in each, so that none covers the others. */
const layers = 10;

/** A circle, `radius` in 0..1, and what is drawn over it, all 1,000 units wide. label: text without <, & and quotes. */
export function disc(label: string, content: string, radius: number = 1): string {
  return `<svg class="disc" viewBox="0 0 1000 1000" width="400" role="img" aria-label="${label}"><circle cx="500" cy="500" r="${Math.round(490 * radius)}" fill="none" stroke="currentColor" stroke-opacity=".35" stroke-width="2"/><g fill="none" stroke-linecap="round" stroke-opacity=".8">${content}</g></svg>`;
}

/** Points of a plane as dots of that width, in one colour; the circle is `reach` away from their mean. */
export function dots(plane: Pick<Plane, "points">, reach: number, width: number, { colour, rows }: Group): string {
  const moves = rows.map((i) => `M${position(plane, reach, i)}h0`).join("");
  // One path of lines without length, whose round ends are all that shows: a tenth of the text of circles.
  return moves === "" ? "" : `<path stroke="${colour}" stroke-width="${width}" d="${moves}"/>`;
}

/** Dots of several groups, in turns. */
export function mixedDots(
  plane: Pick<Plane, "points">,
  reach: number,
  width: number,
  groups: readonly Group[],
): string {
  const turns = Array.from({ length: layers }, (_, layer) =>
    groups.map(({ colour, rows }) =>
      dots(plane, reach, width, { colour, rows: rows.filter((_, k) => k % layers === layer) }),
    ),
  );
  return turns.flat().join("");
}

function position({ points }: Pick<Plane, "points">, reach: number, i: number): string {
  return `${across(points[2 * i] / reach)} ${down(points[2 * i + 1] / reach)}`;
}

/** Where x in −1..1 is in the picture. */
export function across(x: number): number {
  return Math.round(500 + 490 * x);
}

/** Where y in −1..1 is. */
export function down(y: number): number {
  return Math.round(500 - 490 * y);
}
