import type { Plane } from "./plane.ts";

/** Ten colours told apart on light and dark ground alike (Tableau 10, its grey made lighter). */
const digitColours = [
  "#4e79a7",
  "#f28e2c",
  "#e15759",
  "#76b7b2",
  "#59a14f",
  "#d4b13c",
  "#af7aa1",
  "#ff9da7",
  "#9c755f",
  "#a5a5a5",
];

/** Dots drawn at most: as many as MNIST has test digits. */
const most = 10_000;

/** Each digit's dots are laid down in so many turns, the ten digits in each, so that none covers the others. */
const layers = 10;

/** Test digits drawn of n: every k-th of them. */
export function drawnOf(n: number): number[] {
  const step = Math.ceil(n / most);
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

/** Test digits in a plane, each as a dot in its digit's colour; the circle is `reach` away from their mean. */
export function featureMap(title: string, plane: Plane, labels: ArrayLike<number>, reach: number): string {
  const digits = byDigit(labels);
  const dots = Array.from({ length: layers }, (_, layer) =>
    digits.map((rows, digit) => {
      const turn = rows.filter((_, k) => k % layers === layer);
      return path(plane, digit, 9, turn, reach);
    }),
  );
  return disc(`${title}: test digits in the plane that tells them apart best`, dots.flat().join(""));
}

/** The same map for each digit alone, 0 to 9. */
export function digitMaps(plane: Plane, labels: ArrayLike<number>, reach: number): string[] {
  return byDigit(labels).map((rows, digit) =>
    disc(`Test digits ${digit} in the same plane`, path(plane, digit, 18, rows, reach)),
  );
}

/** The test digits drawn, as ten lists. */
function byDigit(labels: ArrayLike<number>): number[][] {
  const drawn = drawnOf(labels.length);
  return digitColours.map((_, digit) => drawn.filter((i) => labels[i] === digit));
}

/** Which colour stands for which digit. */
export function digitLegend(): string {
  const entries = digitColours.map((colour, digit) => `<span><i style="background:${colour}"></i>${digit}</span>`);
  return `<p class="legend" aria-label="Colours of the digits">${entries.join("")}</p>`;
}

/** Dots as one path of lines without length, whose round ends are all that shows: a tenth of the text of circles. */
function path({ points }: Plane, digit: number, width: number, drawn: readonly number[], reach: number): string {
  const moves = drawn.map((i) => `M${across(points[2 * i] / reach)} ${down(points[2 * i + 1] / reach)}h0`).join("");
  return moves === "" ? "" : `<path stroke="${digitColours[digit]}" stroke-width="${width}" d="${moves}"/>`;
}

function disc(label: string, content: string): string {
  return `<svg class="disc" viewBox="0 0 1000 1000" width="400" role="img" aria-label="${label}"><circle cx="500" cy="500" r="490"/>${content}</svg>`;
}

function across(x: number): number {
  return Math.round(500 + 490 * x);
}

function down(y: number): number {
  return Math.round(500 - 490 * y);
}
