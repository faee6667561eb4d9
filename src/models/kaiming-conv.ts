import { scope } from "../autograd/scope.ts";
import type { Device } from "../devices/device.ts";
import { Conv2d } from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";

/** Where the weights of a `kaimingConv` come from, and the step of its window: 1 unless given. */
export interface KaimingConvOptions {
  readonly generator: Generator;
  readonly stride?: number;
  readonly device?: Device | undefined;
}

/**
 * A k×k convolution without bias, k odd, padded so that stride 1 keeps the size. Weights from N(0, 2 / (outputs·k²)):
 * kaiming normal by the fan out, for ReLU (He et al. 2015), as torchvision starts its ResNets.
 */
export function kaimingConv(
  inputs: number,
  outputs: number,
  kernel: number,
  { generator, stride = 1, device }: KaimingConvOptions,
): Conv2d {
  const std = Math.sqrt(2 / (outputs * kernel ** 2));
  return scope(() => {
    const conv = new Conv2d(inputs, outputs, kernel, {
      ...{ generator, stride, padding: (kernel - 1) / 2, bias: false },
      ...(device && { device }),
    });
    const { shape } = conv.weight;
    conv.weight.value = generator.normal(shape, { std, device: conv.weight.device });
    return conv;
  });
}
