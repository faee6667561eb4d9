import { UsageError } from "../io.ts";
import type { MetricsResult } from "./result.ts";

/** A condition on which a run is to fail. */
export interface Gate {
  /** As it was written. */
  readonly expression: string;
  /** What of the result makes it fail, in words; undefined if nothing does. */
  check(result: MetricsResult): string | undefined;
}

/** What a condition may be about: a number, or one for each t. */
const quantities: Readonly<Record<string, (result: MetricsResult, t?: number) => readonly number[]>> = {
  alignment: ({ alignment }) => (alignment ? [alignment.value] : []),
  uniformity: (result, t) => at(result, t).map(({ value }) => value),
  gap: (result, t) => at(result, t).map(({ gap }) => gap),
  effectiveRank: ({ effectiveRank }) => [effectiveRank],
  wasserstein: ({ wasserstein }) => [wasserstein],
  meanLength: ({ meanLength }) => [meanLength],
  n: ({ x }) => [x.n],
};

function at({ uniformity }: MetricsResult, t: number | undefined): MetricsResult["uniformity"] {
  return t === undefined ? uniformity : uniformity.filter((one) => one.t === t);
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** What there will be to compare. */
export interface Measured {
  readonly alignment: boolean;
  /** Whether there are an effective rank and a Wasserstein distance. */
  readonly spectrum: boolean;
  /** Whether rows are on the sphere: else there is no gap. */
  readonly normalize: boolean;
  readonly ts: readonly number[];
}

/** `uniformity>-2`, `gap@0.5 >= 1`. Throws a UsageError for anything else, and for what will not be measured. */
export function readGate(expression: string, { alignment, spectrum, normalize, ts }: Measured): Gate {
  const [, name = "", sharpness, sign = "", number] =
    /^\s*(\w+)\s*(?:@\s*([\d.eE+-]+))?\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(expression) ?? [];
  const [quantity, compare, bound] = [quantities[name], comparisons[sign], Number(number)];
  if (!Object.hasOwn(quantities, name) || !compare || Number.isNaN(bound)) {
    throw new UsageError(
      `--fail-if takes NAME<NUMBER, or <=, >, >=, where NAME is one of ${Object.keys(quantities).join(", ")}; ` +
        `uniformity and gap may be followed by @T. Such as "uniformity>-2"; got "${expression}"`,
    );
  }
  if (name === "alignment" && !alignment) {
    throw new UsageError("--fail-if alignment needs two files whose rows are positive pairs");
  }
  if (!spectrum && ["effectiveRank", "wasserstein"].includes(name)) {
    throw new UsageError(`--fail-if ${name} does not go with --no-spectrum, which leaves it out`);
  }
  if (!normalize && name === "gap")
    throw new UsageError("--fail-if gap does not go with --no-normalize: rows as they are have no optimum");
  if (sharpness !== undefined && !["uniformity", "gap"].includes(name)) {
    throw new UsageError(`--fail-if ${name} is the same at each t: leave out @${sharpness}`);
  }
  const t = sharpness === undefined ? undefined : Number(sharpness);
  if (t !== undefined && !ts.includes(t)) {
    throw new UsageError(`--fail-if "${expression}": t is ${ts.join(", ")}; ask for it with --t ${t}`);
  }
  return {
    expression,
    check(result) {
      const failing = quantity(result, t).find((value) => Number.isNaN(value) || compare(value, bound));
      return failing === undefined ? undefined : `${name} is ${failing}, ${sign} ${bound}`;
    },
  };
}
