import type { Device } from "../../devices/device.ts";
import { type BlockEncoder, convEncoder, smallAlexNet } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { TrainConfig } from "./config.ts";

/** Encoders by the names that `--arch` takes. */
export const architectures = ["conv"] as const;
export type Architecture = (typeof architectures)[number];

/** The encoder of a seed before any training, for pictures [channels, height, width]. */
export function untrainedEncoder(
  { seed, arch, featDim, channels, hidden }: TrainConfig,
  [inChannels, imageSize]: readonly [channels: number, height: number, width: number],
  device: Device,
): BlockEncoder {
  const common = { inChannels, featDim, generator: generator(seed).fork("weights"), device };
  switch (arch) {
    case "conv":
      return convEncoder({ ...common, imageSize, channels, hidden });
    case "small-alexnet":
      return smallAlexNet({ ...common, imageSize });
    default:
      return arch satisfies never;
  }
}
