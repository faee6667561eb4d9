import { partialRankCorrelation, rankCorrelation } from "./rank-correlation.ts";
import type { ScatterPart } from "./scatter-part.ts";

/** How the order of encoders by accuracy goes with their order by a metric: −1 where the lower metric always is the better encoder. */
export interface Correlations {
  /** Rank correlation of the linear probe's accuracy with each metric, */
  readonly alignment: number;
  readonly uniformity: number;
  /** and what is left of it between encoders that are equal in the other metric. */
  readonly alignmentAtEqualUniformity: number;
  readonly uniformityAtEqualAlignment: number;
}

export function correlations(parts: readonly ScatterPart[]): Correlations {
  const [a, u, accuracy] = [
    parts.map(({ alignment }) => alignment.value),
    parts.map(({ uniformity }) => uniformity.value),
    parts.map(({ accuracy }) => accuracy.probe),
  ];
  return {
    alignment: rankCorrelation(accuracy, a),
    uniformity: rankCorrelation(accuracy, u),
    alignmentAtEqualUniformity: partialRankCorrelation(accuracy, a, u),
    uniformityAtEqualAlignment: partialRankCorrelation(accuracy, u, a),
  };
}
