import { logPotential } from "../../../src/devices/reference/fused.ts";
import { type Case, present, sumBound } from "./case.ts";
import { numbers } from "./numbers.ts";

/** Points of one set, and of another or none: as many as given. */
interface Sets {
  readonly n: number;
  readonly m?: number;
  readonly d: number;
  readonly t: number;
  /** How far apart the points lie. */
  readonly scale?: number;
  /** Whether some coincide: if so, the potentials of points far apart are nothing beside theirs. */
  readonly twins?: boolean;
  /** A coordinate of the last point of x. */
  readonly odd?: number;
}

const counts = [2, 3, 17, 65, 257, 65, 17, 3, 2];
const sets: Sets[] = counts.flatMap((n) =>
  [1, 3, 64].flatMap((d) => [
    { n, d, t: 4 / d },
    { n, d, t: 0.5 / d, m: 19 },
    { n, d, t: 2 / d, m: 1 },
    { n: 1, d, t: 2 / d, m: n },
    { n, d, t: 3, twins: false },
    { n, d, t: 1, scale: 30, twins: false }, // most potentials underflow in float32, or all
    { n, d, t: 1, scale: 30, twins: false, m: 5 },
    { n, d, t: 3, scale: 0 }, // all coincide
  ]),
);
/** A point at infinity has no potential; alone with another it leaves none at all. */
const odd: Sets[] = [Number.NaN, Infinity, -Infinity].flatMap((value) => [
  { n: 17, d: 3, t: 1, odd: value },
  { n: 17, m: 5, d: 3, t: 1, twins: false, odd: value },
  { n: 2, d: 3, t: 1, odd: value },
]);

/** Tiles of 128 points, an even number of them and an odd one, and of half of the coordinates sums of more than 256 terms. */
const blocks: Sets[] = [
  { n: 385, d: 9, t: 0.5 },
  { n: 300, d: 6, t: 0.5 },
  { n: 130, m: 400, d: 5, t: 0.5 },
  { n: 400, m: 130, d: 5, t: 0.5 },
  { n: 20, m: 9, d: 600, t: 0.01 },
  { n: 35, d: 37, t: 0.1 },
  { n: 40, d: 0, t: 1, twins: false },
];

/** As many pairs as the gpu device takes at once, and more, so that it takes them in stretches. */
const long: Sets[] = [
  { n: 1024, m: 1024, d: 1, t: 2 },
  { n: 1031, m: 1033, d: 2, t: 2 },
  { n: 1500, d: 1, t: 5 },
];

function described({ n, m, d, t, scale = 1, odd }: Sets): string {
  return `[${n}, ${d}]${m === undefined ? "" : ` and [${m}, ${d}]`}, t ${t}, ${scale} apart${odd === undefined ? "" : `, ${odd} among them`}`;
}

/** Twins are the first two points of a set of three or more, and the two sets' last ones. */
function pointsOf({ n, m = 0, d, scale = 1, twins = true, odd }: Sets): [x: Float32Array, y: Float32Array] {
  const x = numbers(n * d, 1).map((a) => scale * a);
  const y = numbers(m * d, 2).map((a) => scale * a);
  if (odd !== undefined) x[n * d - 1] = odd;
  if (twins && n > 2) x.copyWithin(d, 0, d);
  if (twins && m > 2) y.set(x.subarray((n - 1) * d), (m - 1) * d);
  return [x, y];
}

export const potentialCases: Case[] = [...sets, ...odd, ...blocks, ...long].flatMap((given): Case[] => {
  const { n, m, d, t, scale = 1 } = given;
  const [x, y] = pointsOf(given);
  const total = new Float32Array(1);
  logPotential(total, x, m === undefined ? undefined : y, n, m ?? n, d, t);
  const gradientOf = (wanted: readonly [boolean, boolean]): Case => ({
    kernel: "potentialGradient",
    what: `${described(given)}${wanted[1] ? ", in the other set" : ""}`,
    inputs: [x, y],
    call({ fused }, [a, b]) {
      const { gradients } = present(fused.logPotential)(a, m === undefined ? undefined : b, n, m ?? n, d, t, wanted);
      return present(gradients[wanted.indexOf(true)]);
    },
    // An exponent has the rounding of −t |x_i − y_j|² − total, and all weights together are 1.
    tolerance: 2e-6 * Math.sqrt(d) * Math.max(1, Math.abs(total[0])),
    floor: (2 * t * scale) / Math.max(n, m ?? n),
  });
  return [
    {
      kernel: "logPotential",
      what: described(given),
      inputs: [x, y],
      call: ({ fused }, [a, b]) =>
        present(fused.logPotential)(a, m === undefined ? undefined : b, n, m ?? n, d, t, [false, false]).total,
      ...sumBound(d),
    },
    gradientOf([true, false]),
    ...(m === undefined ? [] : [gradientOf([false, true])]),
  ];
});
