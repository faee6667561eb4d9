import type { Device } from "../../devices/device.ts";
import { convEncoder, type LayeredEncoder } from "../../models/index.ts";
import type { Generator } from "../../ops/index.ts";
import { evenly } from "../train/gallery.ts";
import type { FigureConfig } from "./config.ts";
import type { PictureSet } from "./pictures.ts";

/** All that encoders are trained and measured with. */
export interface Studio {
  readonly pictures: PictureSet;
  readonly config: FigureConfig;
  readonly device: Device;
}

/** A new encoder for the pictures, its weights drawn from `random`'s fork. */
export function freshEncoder({ pictures, config, device }: Studio, random: Generator): LayeredEncoder {
  const [inChannels, imageSize] = pictures.shape;
  return convEncoder({ ...config.network, inChannels, imageSize, generator: random.fork("weights"), device });
}

/** Numbers of the pictures to train on. */
export function trainingRows({ pictures, config }: Studio): Int32Array {
  return evenly(pictures.length, config.images);
}

/** Numbers of the pictures to measure on. */
export function testRows({ pictures, config }: Studio): Int32Array {
  return evenly(pictures.asked.length, config.testImages);
}
