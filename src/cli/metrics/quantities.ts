import { counted, short } from "../shown.ts";
import type { ClassResult, MetricsResult, UniformityResult } from "./result.ts";

/** A number of the result and what it says, in plain text. */
export interface Quantity {
  readonly name: string;
  readonly value: number;
  readonly standardError?: number;
  /** What it would be at best. */
  readonly optimum?: number;
  readonly gap?: number;
  readonly better: "lower" | "higher" | "";
  readonly meaning: string;
}

/** The numbers of a result in the order in which they are shown, without those that were not asked for. */
export function quantitiesOf(result: MetricsResult): readonly Quantity[] {
  const { alignment, alpha, uniformity, norms, normalize, x } = result;
  const most = Math.min(x.n, x.d);
  const quantities: Quantity[] = uniformity.map((at, i) => uniformityQuantity(result, at, i));
  if (alignment) {
    quantities.unshift({
      name: `alignment (alpha ${alpha})`,
      ...alignment,
      optimum: 0,
      better: "lower",
      meaning: `Mean of |x − y|${alpha === 1 ? "" : ` to the power ${alpha}`} over ${pairs(alignment.n)}. Lower is closer, 0 is perfect; but rows that all coincide have 0 too.`,
    });
  }
  quantities.push(
    {
      name: "effective rank",
      value: result.effectiveRank,
      optimum: most,
      better: "higher",
      meaning: `How many dimensions are in use, as if all were used alike: between 1, a line, and ${most}.`,
    },
    {
      name: "mean length",
      value: result.meanLength,
      optimum: 0,
      better: "lower",
      meaning: `Length of the mean of all rows. ${normalize ? "0 where they balance, 1 where all point one way." : "0 where they balance; compare it with the length of a row."}`,
    },
    {
      name: "Wasserstein distance",
      value: result.wasserstein,
      optimum: 0,
      better: "lower",
      meaning:
        "How far mean and covariance of the rows are from those of evenly spread points. It sees unused dimensions that uniformity hardly does.",
    },
    {
      name: "length of a row",
      value: norms.mean,
      better: "",
      meaning: `Mean before scaling; from ${short(norms.least)} to ${short(norms.most)}, standard deviation ${short(norms.deviation)}.`,
    },
  );
  return quantities.filter(({ value }) => !Number.isNaN(value));
}

function uniformityQuantity({ normalize, x }: MetricsResult, at: UniformityResult, i: number): Quantity {
  const scale = normalize
    ? `0 is total collapse; the optimum is that of points spread evenly in ${counted(x.d)} ${x.d === 1 ? "dimension" : "dimensions"}`
    : "0 is total collapse; rows that are not of length 1 have no optimum";
  const first = `Log of the mean of exp(−t |x − x′|²) over ${pairs(at.pairs)} of rows. Lower is more uniform: ${scale}.`;
  return {
    name: `uniformity (t = ${at.t})`,
    ...at,
    better: "lower",
    meaning: `${i === 0 ? first : "The same at another sharpness: the larger t, the more it looks at near neighbours alone."} With each row paired with itself too, as some libraries count: ${short(at.vStatistic).replace("-", "−")}.`,
  };
}

function pairs(n: number): string {
  return `${counted(n)} ${n === 1 ? "pair" : "pairs"}`;
}

/** The uniformity that speaks for all: at the usual t = 2, or else the first. */
export function mainUniformity(uniformity: readonly UniformityResult[]): UniformityResult | undefined {
  return uniformity.find(({ t }) => t === 2) ?? uniformity[0];
}

/** The classes with most rows, at most `most`, and how many others there are. */
export function largestOf(
  classes: readonly ClassResult[],
  most: number,
): { readonly shown: readonly ClassResult[]; readonly left: number } {
  const shown = [...classes].sort((a, b) => b.n - a.n).slice(0, most);
  return { shown, left: classes.length - shown.length };
}
