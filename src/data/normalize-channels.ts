import { checkOptions } from "../options.ts";
import type { Image, Picture } from "./image.ts";
import { isBytes } from "./picture-transform.ts";
import { byteShares } from "./to-floats.ts";

/** One number for each channel. */
export interface NormalizeChannelsOptions {
  mean: readonly number[];
  /** > 0. */
  std: readonly number[];
}

/**
 * (pixel − mean) / std, channel by channel: torchvision's `Normalize`. Bytes become floats, byte / 255, before: its
 * `ToTensor`. Throws for another number of channels.
 */
export function normalizeChannels(options: NormalizeChannelsOptions): (picture: Picture) => Image {
  const { mean, std } = checkOptions("normalizeChannels", options, ["mean", "std"]);
  if (mean.length !== std.length || !mean.every(Number.isFinite) || !std.every((s) => s > 0 && Number.isFinite(s))) {
    throw new RangeError(
      `normalizeChannels: mean and std need as many numbers, std > 0, got [${mean.join(", ")}] and [${std.join(", ")}]`,
    );
  }
  // A byte has but 256 values.
  const tables = mean.map((m, c) => Float32Array.from(byteShares, (share) => (share - m) / std[c]));
  return (picture) => {
    const { data, shape } = picture;
    const [channels, height, width] = shape;
    if (channels !== mean.length) {
      throw new RangeError(
        `normalizeChannels: mean and std are for ${mean.length} channels, the picture has ${channels}`,
      );
    }
    const out = new Float32Array(data.length);
    for (let c = 0, k = 0; c < channels; c++) {
      const end = k + height * width;
      if (isBytes(picture)) for (const table = tables[c]; k < end; k++) out[k] = table[data[k]];
      else for (; k < end; k++) out[k] = (data[k] - mean[c]) / std[c];
    }
    return { data: out, shape };
  };
}
