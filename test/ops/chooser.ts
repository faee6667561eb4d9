import fc, { type GeneratorValue } from "fast-check";
import type { Tensor } from "../../src/autograd/tensor.ts";
import { upload } from "../../src/autograd/tensor.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import type { Random } from "../../src/random.ts";
import { sizeOf } from "../../src/shape.ts";
import { broadcastableShapes, shapes } from "../../src/testing.ts";
import type { Testable } from "./all.ts";
import type { Chooser, Sample } from "./samples/sample.ts";

/** Of every property in these tests: the same each time, unless FC_SEED says otherwise. A failure prints it. */
export const seed: number = Number(process.env.FC_SEED ?? 2005);

/** Random choices by fast-check, so that a failing sample shrinks. */
export function chooserOf(g: GeneratorValue): Chooser {
  return {
    int: (min, max) => g(evenly, min, max),
    pick: (...values) => values[g(evenly, 0, values.length - 1)],
    // Rank 4 with sizes up to 5 would be slow to no purpose.
    shape: ([minRank, maxRank] = [0, 4], minSize = 0) =>
      g(shapes, { minRank, maxRank, minSize, maxSize: maxRank > 3 ? 4 : 5 }),
    broadcastPair: () => g(broadcastableShapes, { maxSize: 4 }),
  };
}

/** Without fast-check's liking for the ends of a range, which would make most samples empty. */
function evenly(min: number, max: number): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min, max }));
}

/** The same choices from a seed alone, where nothing needs to shrink. */
export function seededChooser(random: Random): Chooser {
  const int = (low: number, high: number): number => low + random.below(high - low + 1);
  const shape: Chooser["shape"] = ([low, high] = [0, 4], smallest = 0) =>
    Array.from({ length: int(low, high) }, () => int(smallest, high > 3 ? 4 : 5));
  return {
    int,
    pick: (...values) => values[int(0, values.length - 1)],
    shape,
    broadcastPair() {
      const whole = shape();
      const part = whole.slice(int(0, whole.length)).map((n) => (int(0, 2) === 0 ? 1 : n));
      const other = whole.map((n) => (int(0, 4) === 0 ? 1 : n));
      return int(0, 1) === 0 ? [part, other] : [other, part];
    },
  };
}

/**
 * Inputs of a sample from its domain, float64. Each entry lies in a cell of its own, away from the edges, and the cells
 * are a multiple of 8: no two entries are so near that a finite difference crosses from one to the other (ties of max),
 * and none is near 0, the bounds of `clamp` or another eighth of the domain.
 */
export function inputsOf({ domain = [-2, 2] }: Testable, { inputs }: Sample, random: Random): Tensor[] {
  const cells = 8 * Math.ceil(inputs.reduce((sum, shape) => sum + sizeOf(shape), 0) / 8);
  const order = random.permutation(cells);
  let next = 0;
  return inputs.map((shape, i) => {
    const [low, high] = isInterval(domain) ? domain : domain[i];
    const values = Float64Array.from({ length: sizeOf(shape) }, () => {
      const place = (order[next++] + 0.1 + 0.8 * random.float()) / cells;
      return low + (high - low) * place;
    });
    return upload(values, shape, reference("float64"));
  });
}

function isInterval(domain: NonNullable<Testable["domain"]>): domain is readonly [number, number] {
  return typeof domain[0] === "number";
}
