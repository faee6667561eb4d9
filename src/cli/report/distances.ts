import { colours } from "./colours.ts";
import { histogram } from "./histogram.ts";

/** How far apart the two views of a test picture lie, over all that is possible on the sphere, the mean marked. */
export function distanceHistogram(title: string, one: string, distances: Float64Array): string {
  return histogram(
    `${title}: histogram of the distance between two views of a test ${one}`,
    [{ colour: colours.other, values: distances }],
    { bins: { from: 0, to: 2, count: 40 }, x: "distance between the two views", of: "pairs" },
  );
}
