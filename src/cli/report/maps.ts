import { categories } from "./colours.ts";
import { disc, dots, type Group, mixedDots } from "./disc.ts";
import { legend } from "./legend.ts";
import type { Plane } from "./plane.ts";

/** Dots drawn at most: as many as MNIST has test digits. */
const most = 10_000;

/** Test digits drawn of n: every k-th of them. */
export function drawnOf(n: number): number[] {
  const step = Math.ceil(n / most);
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

/** Test digits in a plane, each as a dot in its digit's colour; the circle is `reach` away from their mean. */
export function featureMap(title: string, plane: Plane, labels: ArrayLike<number>, reach: number): string {
  const label = `${title}: test digits in the plane that tells them apart best`;
  return disc(label, mixedDots(plane, reach, 9, byDigit(labels)));
}

/** The same map for each digit alone, 0 to 9. */
export function digitMaps(plane: Plane, labels: ArrayLike<number>, reach: number): string[] {
  return byDigit(labels).map((group, digit) =>
    disc(`Test digits ${digit} in the same plane`, dots(plane, reach, 18, group)),
  );
}

/** The test digits drawn, as ten groups. */
function byDigit(labels: ArrayLike<number>): Group[] {
  const drawn = drawnOf(labels.length);
  return categories.map((colour, digit) => ({ colour, rows: drawn.filter((i) => labels[i] === digit) }));
}

/** Which colour stands for which digit. */
export function digitLegend(): string {
  return legend(
    "Colours of the digits",
    categories.map((colour, digit) => ({ name: String(digit), colour })),
  );
}
