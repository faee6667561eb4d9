import type { Device } from "../../src/devices/device.ts";
import { L2Norm, Linear, type Module, ReLU, Sequential } from "../../src/nn/index.ts";
import { generator } from "../../src/ops/index.ts";
import type { LayerDescription } from "./fixture.ts";

/** The layer that a fixture describes; its weights are to be loaded. */
export function build([name, ...args]: LayerDescription, device: Device): Module {
  const drawn = { generator: generator(0), device };
  const numbers = args.filter((arg) => typeof arg === "number");
  const inner = args.filter((arg): arg is LayerDescription => Array.isArray(arg));
  const options = args.find((arg): arg is Record<string, unknown> => typeof arg === "object" && !Array.isArray(arg));
  switch (name) {
    case "Linear":
      return new Linear(numbers[0], numbers[1], { ...drawn, ...options });
    case "ReLU":
      return new ReLU();
    case "L2Norm":
      return new L2Norm();
    case "Sequential":
      return new Sequential(...inner.map((layer) => build(layer, device)));
    default:
      throw new Error(`${name}: a fixture describes a layer that this spec cannot build`);
  }
}
