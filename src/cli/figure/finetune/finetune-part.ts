import type { FigurePart } from "../kind.ts";
import type { Measured } from "../measure.ts";
import type { Objective } from "../objective.ts";

/** An encoder on its way. */
export interface Waypoint extends Measured {
  /** Of fine-tuning, done by then. */
  readonly step: number;
}

/** What became of the one encoder under one objective. */
export interface FinetunePart extends FigurePart {
  readonly objective: Objective;
  /** The first before any fine-tuning: the same for all. */
  readonly points: readonly Waypoint[];
}
