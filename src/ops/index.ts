export type { Activation } from "./activation.ts";
export { expand, sumTo } from "./broadcast.ts";
export { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from "./conv.ts";
export { crossEntropy } from "./cross-entropy.ts";
export { binary, unary } from "./custom.ts";
export type { BinaryOp, Operand, UnaryOp } from "./define.ts";
export { cdist, pdist, squaredDistances } from "./distance.ts";
export * from "./layout.ts";
export * from "./matmul.ts";
export {
  type BatchNormOptions,
  batchNorm,
  type LayerNormOptions,
  layerNorm,
  normalize,
} from "./normalize.ts";
export type { Pair } from "./pair.ts";
export * from "./pointwise.ts";
export { avgPool2d, maxPool2d, type PoolOptions } from "./pool.ts";
export * from "./random.ts";
export * from "./reduce.ts";
export { type Integers, oneHot, scatterAdd, take } from "./rows.ts";
export { fold, unfold, type WindowOptions } from "./window.ts";
