export { L2Norm, ReLU } from "./activation.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from "./batch-norm.ts";
export { type CachedComputation, cachedTrainStep } from "./cached-train-step.ts";
export { clipGradNorm } from "./clip.ts";
export { Conv2d, type Conv2dOptions } from "./conv2d.ts";
export { Dropout } from "./dropout.ts";
export type { Chunks } from "./each-chunk.ts";
export { type EmaOptions, ema } from "./ema.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { Flatten } from "./flatten.ts";
export { GRU, type GruOptions, type SequenceOptions, type SequenceOutputs } from "./gru.ts";
export { inChunks, type Rows } from "./in-chunks.ts";
export { LayerNorm, type LayerNormLayerOptions } from "./layer-norm.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { Module, type StateDict } from "./module.ts";
export type { OnnxChoice } from "./onnx-choice.ts";
export { OnnxGraph, type OnnxLayer, type OnnxNames, type OnnxOperand, type OnnxValue } from "./onnx-graph.ts";
export { Optimizer, type OptimizerState } from "./optimizer.ts";
export { Packing } from "./packing.ts";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./pool.ts";
export {
  CosineAnnealingLR,
  LinearWarmup,
  type LinearWarmupOptions,
  MultiStepLR,
  Schedule,
  type ScheduleState,
  StepLR,
} from "./schedule.ts";
export { Sequential } from "./sequential.ts";
export { SGD, type SgdOptions } from "./sgd.ts";
export { trainStep } from "./train-step.ts";
export type { TrainStepOptions } from "./update.ts";
