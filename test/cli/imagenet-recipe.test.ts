import { expect, it } from "vitest";
import type { TrainConfig } from "../../src/cli/train/config.ts";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import { imagenet } from "../../src/cli/train/imagenet/recipe.ts";
import { reference } from "../../src/index.ts";

const ofImagenet = ["normalizeChannels", { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }];

it("views are those of MoCo's first version: gray first, colours of every picture, no blur", () => {
  expect(imagenet.settled({}).views).toEqual([
    ["randomResizedCrop", 224, { scale: [0.2, 1] }],
    ["randomGrayscale", { p: 0.2 }],
    ["colorJitter", { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.4 }],
    ["horizontalFlip"],
    ofImagenet,
  ]);
});

it("or those of its second: weaker colours of four in five, then gray, then blur", () => {
  expect(imagenet.settled({ augPlus: true, imageSize: 96 }).views).toEqual([
    ["randomResizedCrop", 96, { scale: [0.2, 1] }],
    ["colorJitter", { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, p: 0.8 }],
    ["randomGrayscale", { p: 0.2 }],
    ["gaussianBlur", { sigma: [0.1, 2], p: 0.5 }],
    ["horizontalFlip"],
    ofImagenet,
  ]);
});

it("pictures are measured from their middle, and probes learn from crops, whatever the views", () => {
  for (const augPlus of [false, true]) {
    const { plain, probing } = imagenet.settled({ augPlus });
    expect(plain).toEqual([["resize", 256], ["centerCrop", 224], ofImagenet]);
    expect(probing).toEqual([["randomResizedCrop", 224, { scale: [0.08, 1] }], ["horizontalFlip"], ofImagenet]);
  }
});

it("ResNets have the stem for small pictures up to 64 pixels, and ImageNet's from 65 on", () => {
  const config: TrainConfig = imagenet.settled({ arch: "resnet18" });
  const stem = (size: number): readonly number[] =>
    untrainedEncoder(config, [3, size, size], reference("float32")).stateDict()["conv1.weight"].shape;
  expect([stem(32), stem(64), stem(65)]).toEqual([
    [64, 3, 3, 3],
    [64, 3, 3, 3],
    [64, 3, 7, 7],
  ]);
});
