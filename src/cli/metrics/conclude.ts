import { joined } from "../../metrics/alignment.ts";
import { ofPasses, type Uniformity } from "../../metrics/u-statistic.ts";
import type { Part, PassSums } from "./part.ts";
import type { MetricsResult, UniformityResult } from "./result.ts";

/** What all parts of a job come to. */
export type Conclusion = Pick<
  MetricsResult,
  | "x"
  | "y"
  | "normalize"
  | "alpha"
  | "alignment"
  | "uniformity"
  | "norms"
  | "meanLength"
  | "effectiveRank"
  | "wasserstein"
>;

/**
 * Joins the parts of a job, all of them and each once, in any order: to the same bits as if it had been one part. The sums
 * of strips are added in the order of the strips, and points' sums do not round.
 */
export function conclude(parts: readonly Part[]): Conclusion {
  const [first] = [...parts].sort((a, b) => a.shard.index - b.shard.index);
  const { job, readings } = first;
  if (readings === undefined) throw new Error("merge: the first part has no readings: it is damaged, make it again");
  const { x, y, normalize, alpha, ts, passes } = job;
  const counted = passes.map((pass, k) => [pass, joinedPass(parts.map((part) => part.passes[k]))] as const);
  const found = ofPasses(ts, counted, { n: x.n, d: x.d, normalized: normalize });
  const { distances, ...numbers } = readings;
  return {
    x,
    ...(y && { y }),
    normalize,
    alpha,
    ...(distances && { alignment: joined(distances) }),
    uniformity: withStatistics(ts, found),
    ...numbers,
  };
}

function joinedPass(parts: readonly PassSums[]): PassSums {
  const ordered = [...parts].sort((a, b) => a.from - b.from);
  const points = new Float64Array(ordered[0].points.length);
  for (const part of ordered) for (let i = 0; i < points.length; i++) points[i] += part.points[i];
  return { from: 0, totals: ordered.flatMap(({ totals }) => totals), points };
}

/** Each with its t, and with the mean over all n² ordered pairs as well, of which n are of a point with itself. */
export function withStatistics(ts: readonly number[], found: readonly Uniformity[]): UniformityResult[] {
  return found.map((uniformity, k) => {
    const { value, n } = uniformity;
    return { t: ts[k], ...uniformity, vStatistic: Math.log(((n - 1) * Math.exp(value) + 1) / n) };
  });
}
