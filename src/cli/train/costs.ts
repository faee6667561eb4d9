import type { TrainConfig } from "./config.ts";
import type { Encoded } from "./encode.ts";
import type { Gallery } from "./gallery.ts";

/** What is done with the trained encoder, and with the untrained one. */
type OfEach = "encoding training pictures" | "encoding test pictures" | "encoding test views" | "uniformity";

/** What is done among few training pictures, so that all can be compared. */
type AmongFew = `${"5-NN" | "linear probe"}, among few`;

/** The parts of measuring, as they are called while they run. */
export type Part =
  | `${"" | "untrained: "}${OfEach | AmongFew}`
  | `${"5-NN" | "linear probe"}, ${keyof Encoded}`
  | `raw pixels: ${"reading" | AmongFew}`;

/** What each part costs, in pictures that go through the encoder: measured on two cores with `train mnist`. */
export function costs({ known, asked, shape }: Gallery, { hidden, featDim }: TrainConfig): Record<Part, number> {
  const [all, few, n] = [known.length, yardstickOf(known.length), asked.length];
  const pairs = (count: number, d: number): number => (count * n * d) / 5e6;
  const pixels = rawPixelsOf(shape);
  const each = (count: number): Record<OfEach, number> => ({
    "encoding training pictures": count,
    "encoding test pictures": n,
    "encoding test views": 2 * n,
    uniformity: (2 * n ** 2) / 1e4, // of the pictures and of a view of each
  });
  const untrained = Object.entries(each(few)).map(([part, cost]) => [`untrained: ${part}`, cost]);
  return {
    ...each(all),
    ...(Object.fromEntries(untrained) as Record<`untrained: ${OfEach}`, number>),
    "5-NN, fc7": pairs(all, hidden),
    "5-NN, output": pairs(all, featDim),
    "linear probe, fc7": all / 5,
    "linear probe, output": all / 10,
    "5-NN, among few": few < all ? pairs(few, featDim) : 0, // else it is that of all
    "linear probe, among few": few < all ? few / 5 : 0,
    "untrained: 5-NN, among few": pairs(few, featDim),
    "untrained: linear probe, among few": few / 5,
    "raw pixels: reading": pixels > 0 ? (few + n) / 50 : 0,
    "raw pixels: 5-NN, among few": pairs(few, pixels),
    "raw pixels: linear probe, among few": (few * pixels) / 1e3,
  };
}

/**
 * Training pictures among which the trained and the untrained encoder and raw pixels are compared: with MNIST's 60,000 the
 * last two would take a minute more, for numbers nobody tunes.
 */
export function yardstickOf(known: number): number {
  return Math.min(10_000, known);
}

/** Numbers in a picture, where it is so small that raw pixels are compared too; else 0. */
export function rawPixelsOf([channels, height, width]: Gallery["shape"]): number {
  const count = channels * height * width;
  return count <= 3072 ? count : 0;
}
