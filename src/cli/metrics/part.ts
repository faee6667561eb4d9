import type { PairSizes } from "../../devices/measuring.ts";
import type { Moments } from "../../metrics/alignment.ts";
import type { Pass } from "../../metrics/passes.ts";
import type { StripSums } from "../../metrics/strips.ts";
import type { Shard } from "./flags.ts";
import type { InputResult, MetricsResult } from "./result.ts";

/** Points up to which sums of potentials do not round: see `PairSums`. */
export const mostRows: number = 2 ** 25;

/** All pairs once, at some t: see `Pass` of src/metrics. */
export interface JobPass {
  readonly by: Pass["by"];
  readonly ts: readonly number[];
  readonly shifts: readonly number[];
  readonly sizes: PairSizes;
}

/** What is to be measured, and how: equal in all parts that belong together. */
export interface Job {
  readonly x: InputResult;
  /** Of the rows of x; empty where the job is of one part. */
  readonly sha256: string;
  /** Read by the first part alone. */
  readonly y?: InputResult;
  readonly normalize: boolean;
  /** Whether effective rank and Wasserstein distance are measured. */
  readonly spectrum: boolean;
  /** How the cpu device's kernels were compiled, which decides over last bits; nothing where it counted no pairs. */
  readonly build: string;
  readonly alpha: number;
  readonly ts: readonly number[];
  readonly passes: readonly JobPass[];
}

/** What takes one reading: in the first part alone. */
export interface Readings extends Pick<MetricsResult, "norms" | "meanLength" | "effectiveRank" | "wasserstein"> {
  /** Of the distances of positive pairs. */
  readonly distances?: readonly Moments[];
}

/** The strips of a pass that a part has counted, from one on; each point's sums over them. */
export interface PassSums extends StripSums {
  readonly from: number;
}

/** An exact part of a job. */
export interface Part {
  readonly shard: Shard;
  readonly job: Job;
  readonly passes: readonly PassSums[];
  readonly readings?: Readings;
}
