import type { EncoderPart } from "../encoder.ts";

/** An encoder trained with the two losses, alignment weighing so many times as much as uniformity. */
export interface SweepPart extends EncoderPart {
  /** 0 for uniformity alone, null for alignment alone. */
  readonly ratio: number | null;
}

/** From uniformity alone to alignment alone, in steps of two. */
export const ratios: readonly (number | null)[] = [0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, null];

/** "1:4" for alignment weighing a quarter of uniformity, "0:1" and "1:0" for one of them alone. */
export function ratioName(ratio: number | null): string {
  if (ratio === null) return "1:0";
  return ratio > 0 && ratio < 1 ? `1:${1 / ratio}` : `${ratio}:1`;
}
