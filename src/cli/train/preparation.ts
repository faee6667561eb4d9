import type { ViewStep } from "../../data/index.ts";

/** How a picture is brought to an encoder where nothing is left to chance. */
export interface Preparation {
  /** What the encoder takes. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** From a picture of bytes, as `viewOf` takes them. */
  readonly steps: readonly ViewStep[];
}
