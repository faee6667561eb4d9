import { checkOptions } from "../options.ts";
import type { Image } from "./image.ts";

/** One number for each channel. */
export interface NormalizeChannelsOptions {
  mean: readonly number[];
  /** > 0. */
  std: readonly number[];
}

/** (pixel − mean) / std, channel by channel: torchvision's `Normalize`. Throws for another number of channels. */
export function normalizeChannels(options: NormalizeChannelsOptions): (image: Image) => Image {
  const { mean, std } = checkOptions("normalizeChannels", options, ["mean", "std"]);
  if (mean.length !== std.length || !mean.every(Number.isFinite) || !std.every((s) => s > 0 && Number.isFinite(s))) {
    throw new RangeError(
      `normalizeChannels: mean and std need as many numbers, std > 0, got [${mean.join(", ")}] and [${std.join(", ")}]`,
    );
  }
  return ({ data, shape }) => {
    const [channels, height, width] = shape;
    if (channels !== mean.length) {
      throw new RangeError(
        `normalizeChannels: mean and std are for ${mean.length} channels, the picture has ${channels}`,
      );
    }
    const out = new Float32Array(data.length);
    for (let c = 0, k = 0; c < channels; c++) {
      for (const end = k + height * width; k < end; k++) out[k] = (data[k] - mean[c]) / std[c];
    }
    return { data: out, shape };
  };
}
