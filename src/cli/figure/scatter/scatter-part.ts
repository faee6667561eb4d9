import type { EncoderPart } from "../encoder.ts";

/** Which losses an encoder was trained with. */
export const families = ["contrastive", "align + uniform", "all three"] as const;
export type Family = (typeof families)[number];

/** An encoder of the scatter. */
export interface ScatterPart extends EncoderPart {
  readonly family: Family;
}
