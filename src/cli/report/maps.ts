import type { Words } from "../train/recipe.ts";
import { categories, colours } from "./colours.ts";
import { disc, dots, type Group, mixedDots } from "./disc.ts";
import { legend } from "./legend.ts";
import type { Plane } from "./plane.ts";

/** Dots drawn at most: as many as MNIST has test digits. */
const most = 10_000;

/** Test pictures drawn of n: every k-th of them. */
export function drawnOf(n: number): number[] {
  const step = Math.ceil(n / most);
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

/** Test pictures in a plane, each as a dot in its class's colour; the circle is `reach` away from their mean. */
export function featureMap(title: string, plane: Plane, sorted: Sorted, reach: number): string {
  const label = `${title}: test ${sorted.many} in the plane that tells them apart best`;
  return disc(label, mixedDots(plane, reach, 9, byClass(sorted)));
}

/** The same map for each class alone. */
export function classMaps(plane: Plane, sorted: Sorted, reach: number): string[] {
  return byClass(sorted)
    .slice(0, coloured(sorted).length)
    .map((group, label) =>
      disc(`Test ${sorted.many}: ${plain(sorted.classes[label])}, in the same plane`, dots(plane, reach, 18, group)),
    );
}

/** Pictures sorted into classes, −1 into none. */
export interface Sorted extends Pick<Words, "many"> {
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
}

/** Classes that are told apart: as many as there are colours. Pictures of others are drawn in grey. */
export function coloured({ classes }: Pick<Sorted, "classes">): readonly string[] {
  return classes.slice(0, categories.length);
}

/** The test pictures drawn, as groups. */
function byClass(sorted: Sorted): Group[] {
  const drawn = drawnOf(sorted.labels.length);
  const shown = coloured(sorted);
  const groups = shown.map((_, label) => ({
    colour: categories[label],
    rows: drawn.filter((i) => sorted.labels[i] === label),
  }));
  const others = drawn.filter((i) => !(sorted.labels[i] >= 0 && sorted.labels[i] < shown.length));
  return others.length > 0 ? [...groups, { colour: colours.rest, rows: others }] : groups;
}

/** Which colour stands for which class. */
export function classLegend(sorted: Sorted): string {
  const shown = coloured(sorted).map((name, label) => ({ name, colour: categories[label] }));
  const more = sorted.classes.length - shown.length;
  return legend(
    "Colours of the classes",
    more > 0 ? [...shown, { name: `${more} others`, colour: colours.rest }] : shown,
  );
}

/** A name as `disc` takes it in a label. */
function plain(name: string): string {
  return name.replace(/[<&"]/g, "");
}
