import type { Alignment, Uniformity } from "../../metrics/index.ts";
import type { Features } from "../train/encode.ts";

/** A file of embeddings, as it was understood. */
export interface InputResult {
  /** As it was named: `-` is standard input. */
  readonly name: string;
  /** Such as `npy`. */
  readonly format: string;
  readonly n: number;
  readonly d: number;
}

/** What a person is told an input's name is. */
export function shownName({ name }: InputResult): string {
  return name === "-" ? "standard input" : name;
}

/** The uniformity at one sharpness. */
export interface UniformityResult extends Uniformity {
  readonly t: number;
  /** log of the mean over all n² ordered pairs, each point with itself included: what some libraries print. */
  readonly vStatistic: number;
}

/** Of the rows with one label. */
export interface ClassResult {
  readonly label: string;
  readonly n: number;
  /** Of the positive pairs of these rows; without a second view of every two of these rows. Absent for a single row without one. */
  readonly alignment?: Alignment;
  /** Within the class, at each t; none for a single row. */
  readonly uniformity: readonly UniformityResult[];
}

/**
 * What `metrics` finds, and what `--json` prints, by the schema in docs/metrics.schema.json; `schemaVersion` rises whenever a
 * released field changes its meaning. In JSON a number that does not exist, NaN here, is null.
 */
export interface MetricsResult {
  readonly schemaVersion: 1;
  readonly task: "metrics";
  readonly version: string;
  readonly x: InputResult;
  readonly y?: InputResult;
  /** Whether rows were scaled to length 1 first. */
  readonly normalize: boolean;
  /** Exponent of alignment's distances. */
  readonly alpha: number;
  /** Where all randomness starts: sampled pairs, and what the figures show. */
  readonly seed: number;
  /** Of row i of x and row i of y; absent without y. */
  readonly alignment?: Alignment;
  /** Of x, for each t in the order they were asked for. */
  readonly uniformity: readonly UniformityResult[];
  /** Absent without labels; in the order in which labels first come. */
  readonly classes?: readonly ClassResult[];
  /** Lengths of the rows of x before they are scaled. */
  readonly norms: { readonly least: number; readonly mean: number; readonly most: number; readonly deviation: number };
  /** Length of the mean of the rows: of rows of length 1, 1 if all point one way. */
  readonly meanLength: number;
  /** In 1..min(n, d). */
  readonly effectiveRank: number;
  /** 0 is best. */
  readonly wasserstein: number;
  /** What the numbers say, in plain words, and what to do. */
  readonly remarks: readonly string[];
  readonly seconds: number;
}

/** What the figures are drawn of: samples of the data. */
export interface Sketch {
  /** Rows of x, scaled as the metrics are: at most 3,000. */
  readonly rows: Features;
  /** Their labels. */
  readonly labels?: readonly string[];
  /** Distances of pairs of rows of x drawn at random: at most 30,000. */
  readonly distances: Float64Array;
  /** Distances of positive pairs: all, or as many drawn at random. */
  readonly positives?: Float64Array;
  /** Lengths of rows of x before they are scaled: all, or as many drawn at random. */
  readonly norms: Float64Array;
}
