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

/** Test digits in a plane, each as a dot in its digit's colour; with `names`, each digit at the middle of its dots. */
export function featureMap(title: string, { points }: Plane, labels: ArrayLike<number>, names: boolean): string {
  const digits = byDigit(labels);
  const dots = Array.from({ length: layers }, (_, layer) =>
    digits.map((rows, digit) => {
      const turn = rows.filter((_, k) => k % layers === layer);
      return path(points, digit, 9, turn);
    }),
  );
  const middle = (rows: readonly number[], axis: number): number =>
    rows.reduce((sum, i) => sum + points[2 * i + axis], 0) / rows.length;
  const texts = digits.map((rows, digit) =>
    names && rows.length > 0 ? `<text x="${across(middle(rows, 0))}" y="${down(middle(rows, 1))}">${digit}</text>` : "",
  );
  return disc(`${title}: test digits in a plane through the sphere`, [...dots.flat(), ...texts].join(""));
}

/** The same map for each digit alone, 0 to 9. */
export function digitMaps({ points }: Plane, labels: ArrayLike<number>): string[] {
  return byDigit(labels).map((rows, digit) =>
    disc(`Test digits ${digit} in the same plane`, path(points, digit, 18, rows)),
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
function path(points: Float64Array, digit: number, width: number, drawn: readonly number[]): string {
  const moves = drawn.map((i) => `M${across(points[2 * i])} ${down(points[2 * i + 1])}h0`).join("");
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
