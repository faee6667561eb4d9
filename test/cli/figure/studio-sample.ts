import type { Studio } from "../../../src/cli/figure/studio.ts";
import { mnistConfig } from "../../../src/cli/train/mnist/config.ts";
import { digitGallery } from "../../../src/cli/train/mnist/digits.ts";
import type { LabelledImages } from "../../../src/data/index.ts";
import { labelledImages } from "../../../src/data/labelled-images.ts";
import type { Device } from "../../../src/devices/device.ts";
import { reference } from "../../../src/devices/reference/reference.ts";
import { generator } from "../../../src/ops/index.ts";
import { tinyEncoder } from "../tiny.ts";

export const device: Device = reference("float32");

/** Pictures of four classes, each bright in a corner of its own. */
function corners(n: number): LabelledImages {
  const g = generator(n);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 4);
  const data = Uint8Array.from({ length: n * 784 }, (_, p) => {
    const [i, y, x] = [Math.floor(p / 784), Math.floor((p % 784) / 28), p % 28];
    const bright = y >= 14 === labels[i] >= 2 && x >= 14 === (labels[i] % 2 === 1);
    return (bright ? 160 : 0) + g.below(60);
  });
  return labelledImages("corners", { data, shape: [n, 1, 28, 28] }, labels);
}

/** Few pictures, and an encoder that the reference device trains in no time: four steps a pass. */
export const studio: Studio = {
  pictures: { name: "mnist", ...digitGallery({ train: corners(32), test: corners(24) }, mnistConfig.views) },
  config: {
    seed: 3,
    epochs: 2,
    batchSize: 8,
    lr: 0.1,
    images: 32,
    testImages: 20,
    encoders: 1,
    network: tinyEncoder,
  },
  device,
};
