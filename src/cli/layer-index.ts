import type { LayeredEncoder } from "../models/index.ts";
import { UsageError } from "./io.ts";

/** Throws a UsageError for a --layer-index that the encoder has not. */
export function checkLayerIndex(command: string, { blockCount: count }: LayeredEncoder, layerIndex: number): void {
  if (layerIndex >= -count && layerIndex < count) return;
  const allowed = `a whole number in ${-count}..${count - 1}, for the ${count} blocks of this encoder`;
  throw new UsageError(`${command}: --layer-index must be ${allowed}, got "${layerIndex}"`);
}
