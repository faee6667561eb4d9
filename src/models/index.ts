export { BlockEncoder, type BlockEncoderInput } from "./block-encoder.ts";
export { type ConvEncoderOptions, convEncoder } from "./conv-encoder.ts";
export { type ExportOnnxOptions, exportOnnx } from "./export-onnx.ts";
export { LayeredEncoder, type LayerOptions } from "./layered-encoder.ts";
export { type MlpEncoderOptions, mlpEncoder } from "./mlp-encoder.ts";
export { MomentumQueue, type MomentumQueueOptions } from "./momentum-queue.ts";
export {
  QuickThought,
  type QuickThoughtOptions,
  quickThought,
  SentenceEncoder,
  type Sentences,
} from "./quick-thought.ts";
export { ResNet, type ResNetOptions, resnet18, resnet34, resnet50 } from "./resnet.ts";
export { type SmallAlexNetOptions, smallAlexNet } from "./small-alex-net.ts";
