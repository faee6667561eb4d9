import type { Mnist } from "../../data/index.ts";
import type { MnistConfig } from "./config.ts";
import type { Split } from "./digits.ts";
import type { Encoded } from "./encode.ts";

/** The parts of measuring, as they are called while they run. */
export type Part =
  | `${"" | "untrained: "}${"encoding training digits" | "encoding test digits" | "uniformity" | "5-NN, output, among few"}`
  | `5-NN, ${keyof Encoded}`
  | `linear probe, ${keyof Encoded}`
  | "5-NN, raw pixels, among few";

/** What each part costs, in pictures that go through the encoder: measured on two cores. */
export function costs({ train, test }: Split, { encoder }: MnistConfig): Record<Part, number> {
  const [all, few, n] = [train.length, yardstickDigits(train), test.length];
  return {
    "encoding training digits": all,
    "encoding test digits": 3 * n,
    uniformity: (2 * n ** 2) / 1e4, // of the digits and of a view of each
    "5-NN, fc7": (all * n * encoder.hidden) / 5e6,
    "5-NN, output": (all * n * encoder.featDim) / 5e6,
    "5-NN, output, among few": (few * n * encoder.featDim) / 5e6,
    "linear probe, fc7": all / 5,
    "linear probe, output": all / 10,
    "untrained: encoding training digits": few,
    "untrained: encoding test digits": 3 * n,
    "untrained: uniformity": (2 * n ** 2) / 1e4,
    "untrained: 5-NN, output, among few": (few * n * encoder.featDim) / 5e6,
    "5-NN, raw pixels, among few": (few * n * 784) / 5e6,
  };
}

/**
 * Training digits among which the trained and the untrained output and raw pixels find neighbours, to be compared: with all
 * 60,000 the last two would take a minute more, for numbers nobody tunes.
 */
export function yardstickDigits({ length }: Mnist): number {
  return Math.min(10_000, length);
}
