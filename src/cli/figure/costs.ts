import type { FigureConfig } from "./config.ts";
import type { Plan } from "./kind.ts";

/** What things cost, in pictures that go through an encoder, roughly. */
export const costs = {
  /** Two views forward, and twice as much backward. */
  training: ({ images }: FigureConfig, epochs: number): number => 6 * images * epochs,
  /** Each test picture and its two views, then probes. */
  measuring: ({ testImages }: FigureConfig): number => 5 * testImages,
} as const;

export function costOf(config: FigureConfig, { epochs, measurements }: Plan): number {
  return costs.training(config, epochs) + measurements * costs.measuring(config);
}
