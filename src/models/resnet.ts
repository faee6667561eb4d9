import type { Device } from "../devices/device.ts";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  type Conv2d,
  Flatten,
  L2Norm,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape } from "../shape.ts";
import { kaimingConv } from "./kaiming-conv.ts";
import { LayeredEncoder } from "./layered-encoder.ts";
import { ResidualBlock } from "./residual-block.ts";

/** The form of a `resnet18`, `resnet34` or `resnet50`. */
export interface ResNetOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Width of the features: 128 unless given. */
  featDim?: number;
  /** Whether the head is MoCo v2's, Linear-ReLU-Linear, in place of one Linear: no unless turned on. */
  mlp?: boolean;
  /** The stem for pictures of some 32 pixels, conv3×3 of stride 1 and no pooling: no unless turned on. */
  smallInput?: boolean;
  /** Channels of the images: 3 unless given. */
  inChannels?: number;
  /** Where the weights are made: the default device unless given. */
  device?: Device;
}

/** How many residual blocks the four layers have, and of which kind. */
interface Depth {
  readonly blocks: readonly [number, number, number, number];
  readonly bottleneck: boolean;
}

/**
 * A residual network (He et al. 2016) onto the unit sphere, torchvision's in architecture, initial weights and names
 * (`layer1.0.conv1.weight`, `fc.weight`); a bottleneck's step is in its 3×3 convolution, as there. Blocks: stem
 * conv7×7(stride 2)-BN-ReLU-maxpool3×3(stride 2), layer1 to layer4, pooled to [n, width of layer4], and the head `fc` with the
 * L2 norm; −2 is the pooled output of layer4, 512 wide, of a bottleneck 2048. Images may have any size. With `mlp` the head's
 * weights are `fc.0` and `fc.2`. `resnet18`, `resnet34` and `resnet50` make one.
 */
export class ResNet extends LayeredEncoder {
  // In torchvision's order: parameters are numbered by it in an optimizer's state.
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly fc: Linear | Sequential;
  readonly #blocks: readonly Module[];
  readonly #what: string;

  constructor(what: string, { blocks, bottleneck }: Depth, options: ResNetOptions) {
    super();
    this.#what = what;
    const known = ["generator", "featDim", "mlp", "smallInput", "inChannels", "device"] as const;
    const checked = checkOptions(what, options, known);
    const { generator, featDim = 128, mlp = false, smallInput = false, inChannels = 3, device } = checked;
    checkShape([inChannels, featDim], what);
    const made = { generator, device };
    const layer = (i: number): Sequential => {
      const [width, stride] = [64 * 2 ** i, i === 0 ? 1 : 2];
      const outputs = bottleneck ? 4 * width : width;
      const before = i === 0 ? 64 : outputs / 2;
      const block = (_: unknown, j: number) =>
        new ResidualBlock(j === 0 ? before : outputs, width, { ...made, bottleneck, stride: j === 0 ? stride : 1 });
      return new Sequential(...Array.from({ length: blocks[i] }, block));
    };
    this.conv1 = kaimingConv(inChannels, 64, smallInput ? 3 : 7, { ...made, stride: smallInput ? 1 : 2 });
    this.bn1 = new BatchNorm2d(64, { device });
    this.layer1 = layer(0);
    this.layer2 = layer(1);
    this.layer3 = layer(2);
    this.layer4 = layer(3);
    const width = bottleneck ? 2048 : 512;
    const last = new Linear(width, featDim, made);
    this.fc = mlp ? new Sequential(new Linear(width, width, made), new ReLU(), last) : last;
    const pool = smallInput ? [] : [new MaxPool2d(3, { stride: 2, padding: 1 })];
    this.#blocks = [
      new Sequential(this.conv1, this.bn1, new ReLU(), ...pool),
      ...[this.layer1, this.layer2, this.layer3, this.layer4],
      new Sequential(new AdaptiveAvgPool2d(1), new Flatten()),
      new Sequential(this.fc, new L2Norm()),
    ];
  }

  protected override get what(): string {
    return this.#what;
  }

  protected override inOrder(): readonly Module[] {
    return this.#blocks;
  }

  override get image(): readonly [channels: number, height: string, width: string] {
    return [this.conv1.weight.shape[1], "height", "width"];
  }

  protected override get remedy(): string {
    return "inChannels chooses others";
  }
}

/** A `ResNet` of 18 layers with weights: blocks of two 3×3 convolutions, 2 in each layer. */
export function resnet18(options: ResNetOptions): ResNet {
  return new ResNet("resnet18", { blocks: [2, 2, 2, 2], bottleneck: false }, options);
}

/** A `ResNet` of 34 layers with weights: 3, 4, 6 and 3 blocks of two 3×3 convolutions. */
export function resnet34(options: ResNetOptions): ResNet {
  return new ResNet("resnet34", { blocks: [3, 4, 6, 3], bottleneck: false }, options);
}

/** A `ResNet` of 50 layers with weights: 3, 4, 6 and 3 bottlenecks, the encoder of MoCo and of the paper's ImageNet runs. */
export function resnet50(options: ResNetOptions): ResNet {
  return new ResNet("resnet50", { blocks: [3, 4, 6, 3], bottleneck: true }, options);
}
