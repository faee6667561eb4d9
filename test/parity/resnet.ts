import type { Device } from "../../src/devices/device.ts";
import { generator, type Tensor, tensor } from "../../src/index.ts";
import { type ResNet, type ResNetOptions, resnet18, resnet34, resnet50 } from "../../src/models/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { uniform } from "./counter.ts";

/** Where each quantity's counters start, as in `resnet_cases.py`. */
const start = { weights: 0, images: 50_000_000 };
const rows = 2;

/** What torchvision calls the weights of a ResNet, and makes of a few images. */
export interface ResNetCase {
  readonly name: "resnet18" | "resnet34" | "resnet50";
  readonly options: Omit<ResNetOptions, "generator" | "device">;
  readonly imageSize: readonly [height: number, width: number];
  /** Names and shapes. */
  readonly state: Readonly<Record<string, number[]>>;
  /** The beginning of each row. */
  readonly pooled: readonly (readonly number[])[];
  readonly features: readonly (readonly number[])[];
}

const makers = { resnet18, resnet34, resnet50 };

/** The network of a case, whatever its weights. */
export function made({ name, options }: Pick<ResNetCase, "name" | "options">, device: Device): ResNet {
  return makers[name]({ ...options, generator: generator(0), device });
}

/** Its state by the formula of `resnet_cases.py`. */
export function filled(model: ResNet): ResNet {
  let counter = start.weights;
  const state = Object.entries(model.stateDict()).map(([name, { shape, size, device }]): [string, Tensor] => {
    const scale = /(bn\d|downsample\.1)\.weight$|running_var$/.test(name) ? 1 : 0;
    const bound = shape.length > 1 ? Math.sqrt(6 / sizeOf(shape.slice(1))) : 0.1;
    const counted = name.endsWith("num_batches_tracked");
    const values = counted ? [counter % 1000] : uniform(counter, size, bound).map((a) => a + scale);
    counter += size;
    return [name, tensor(Float64Array.from(values), { shape, device })];
  });
  model.loadStateDict(Object.fromEntries(state));
  return model.eval();
}

/** A few images for it. */
export function images(device: Device, [height, width]: readonly [number, number], channels: number = 3): Tensor {
  const shape = [rows, channels, height, width];
  return tensor(uniform(start.images, sizeOf(shape), 1), { shape, device });
}
