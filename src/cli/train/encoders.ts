import type { Device } from "../../devices/device.ts";
import { convEncoder, type LayeredEncoder, resnet18, resnet34, resnet50, smallAlexNet } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { TrainConfig } from "./config.ts";

/** Up to this height and width a ResNet has the stem for small pictures. */
const smallPictures = 64;

/** The encoder of a seed before any training, for pictures [channels, height, width]. */
export function untrainedEncoder(
  { seed, arch, featDim, mlp, channels, hidden }: TrainConfig,
  [inChannels, imageSize]: readonly [channels: number, height: number, width: number],
  device: Device,
): LayeredEncoder {
  const common = { inChannels, featDim, generator: generator(seed).fork("weights"), device };
  const residual = { ...common, mlp, smallInput: imageSize <= smallPictures };
  switch (arch) {
    case "conv":
      return convEncoder({ ...common, imageSize, channels, hidden });
    case "small-alexnet":
      return smallAlexNet({ ...common, imageSize });
    case "resnet18":
      return resnet18(residual);
    case "resnet34":
      return resnet34(residual);
    case "resnet50":
      return resnet50(residual);
    default:
      return arch satisfies never;
  }
}
