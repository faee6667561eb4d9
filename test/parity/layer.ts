import type { Device } from "../../src/devices/device.ts";
import * as nn from "../../src/nn/index.ts";
import { generator, type Pair } from "../../src/ops/index.ts";
import type { LayerDescription } from "./fixture.ts";

/** How a batch norm is made, so that one with a fault can take its place. */
export type BatchNormOf = (name: string, channels: number, options: nn.BatchNormLayerOptions) => nn.Module;

const ours: BatchNormOf = (name, channels, options) =>
  name === "BatchNorm1d" ? new nn.BatchNorm1d(channels, options) : new nn.BatchNorm2d(channels, options);

/** The layer that a fixture describes; its weights are to be loaded. */
export function build([name, ...args]: LayerDescription, device: Device, batchNormOf: BatchNormOf = ours): nn.Module {
  const drawn = { generator: generator(0), device };
  const inner = args.filter(isLayer);
  const options = args.find((arg): arg is Record<string, unknown> => typeof arg === "object" && !Array.isArray(arg));
  const [a, b, c] = args.filter((arg): arg is number | number[] => typeof arg === "number" || isNumbers(arg));
  switch (name) {
    case "Linear":
      return new nn.Linear(Number(a), Number(b), { ...drawn, ...options });
    case "Conv2d":
      return new nn.Conv2d(Number(a), Number(b), c as Pair, { ...drawn, ...options });
    case "BatchNorm1d":
    case "BatchNorm2d":
      return batchNormOf(name, Number(a), { device, ...options });
    case "LayerNorm":
      return new nn.LayerNorm(a, { device, ...options });
    case "ReLU":
      return new nn.ReLU();
    case "L2Norm":
      return new nn.L2Norm();
    case "MaxPool2d":
      return new nn.MaxPool2d(a as Pair, options);
    case "AvgPool2d":
      return new nn.AvgPool2d(a as Pair, options);
    case "AdaptiveAvgPool2d":
      return new nn.AdaptiveAvgPool2d(a as Pair);
    case "Flatten":
      return new nn.Flatten(a as number | undefined);
    case "Dropout":
      return new nn.Dropout(Number(a), { generator: generator(0) });
    case "Sequential":
      return new nn.Sequential(...inner.map((layer) => build(layer, device, batchNormOf)));
    default:
      throw new Error(`${name}: a fixture describes a layer that this spec cannot build`);
  }
}

function isLayer(arg: LayerDescription[number]): arg is LayerDescription {
  return Array.isArray(arg) && typeof arg[0] === "string";
}

function isNumbers(arg: LayerDescription[number]): arg is number[] {
  return Array.isArray(arg) && typeof arg[0] === "number";
}
