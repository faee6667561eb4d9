import type { Tensor } from "../autograd/tensor.ts";
import { BatchNorm2d, type Conv2d, Module, type OnnxGraph, type OnnxValue, ReLU, Sequential } from "../nn/index.ts";
import { addRelu } from "../ops/index.ts";
import { type KaimingConvOptions, kaimingConv } from "./kaiming-conv.ts";

/** How a block is built, and where its weights come from. */
export interface ResidualBlockOptions extends KaimingConvOptions {
  /** Three convolutions, 1×1, 3×3 and 1×1 to four times the width, in place of two of 3×3. */
  readonly bottleneck: boolean;
}

/**
 * ReLU(branch(x) + shortcut(x)) (He et al. 2016), torchvision's BasicBlock and Bottleneck: the branch is conv-BN-ReLU-conv-BN,
 * in a bottleneck with one more ReLU-conv-BN; the shortcut is x itself or, where the shape changes, a 1×1 convolution and
 * BN. The step is in the first 3×3 convolution. [n, inputs, h, w] -> [n, outputs, ⌈h / stride⌉, ⌈w / stride⌉] with
 * outputs = width, of a bottleneck 4 · width.
 */
export class ResidualBlock extends Module {
  // In torchvision's order: parameters are numbered by it in an optimizer's state.
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d | undefined;
  readonly bn3: BatchNorm2d | undefined;
  readonly downsample: Sequential | undefined;
  readonly #branch: Sequential;

  constructor(inputs: number, width: number, { bottleneck, stride = 1, ...made }: ResidualBlockOptions) {
    super();
    const outputs = bottleneck ? 4 * width : width;
    const { device } = made;
    this.conv1 = kaimingConv(inputs, width, bottleneck ? 1 : 3, { ...made, stride: bottleneck ? 1 : stride });
    this.bn1 = new BatchNorm2d(width, { device });
    this.conv2 = kaimingConv(width, width, 3, { ...made, stride: bottleneck ? stride : 1 });
    this.bn2 = new BatchNorm2d(width, { device });
    const layers: Module[] = [this.conv1, this.bn1, new ReLU(), this.conv2, this.bn2];
    if (bottleneck) {
      this.conv3 = kaimingConv(width, outputs, 1, made);
      this.bn3 = new BatchNorm2d(outputs, { device });
      layers.push(new ReLU(), this.conv3, this.bn3);
    }
    if (stride !== 1 || inputs !== outputs) {
      const conv = kaimingConv(inputs, outputs, 1, { ...made, stride });
      this.downsample = new Sequential(conv, new BatchNorm2d(outputs, { device }));
    }
    this.#branch = new Sequential(...layers);
  }

  forward(x: Tensor): Tensor {
    return addRelu(this.#branch.forward(x), this.downsample?.forward(x) ?? x);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const branch = graph.through(this.#branch, x);
    const shortcut = this.downsample ? graph.through(this.downsample, x) : x;
    const sum = graph.node("Add", [branch, shortcut], branch.shape);
    return graph.node("Relu", [sum], sum.shape);
  }
}
