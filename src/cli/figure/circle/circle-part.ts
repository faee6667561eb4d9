import type { EncoderPart } from "../encoder.ts";

/** An encoder onto the circle, and where it puts views of the test pictures. */
export interface CirclePart extends EncoderPart {
  /** Mean distance of the two views of a picture, and the share of such pairs in each of 100 bins over 0..2. */
  readonly distances: { readonly mean: number; readonly shares: readonly number[] };
  /** In radians, −π..π, to four decimals: of the features of one view of each label's pictures, labels 0 to 9. */
  readonly angles: readonly (readonly number[])[];
}

/** Bins of the distances. */
export const distanceBins = { from: 0, to: 2, count: 100 } as const;
