import "./ops/methods.ts";

export { type BackwardOptions, backward } from "./autograd/backward.ts";
export {
  type Checkable,
  type CheckOptions,
  checkGradients,
  type GradientReport,
  type WorstEntry,
} from "./autograd/check.ts";
export {
  arange,
  type CreateOptions,
  full,
  type NestedArray,
  type NumberView,
  ones,
  type TensorOptions,
  tensor,
  zeros,
} from "./autograd/create.ts";
export type { Gradients } from "./autograd/gradients.ts";
export {
  type Call,
  type Computed,
  type Definition,
  defineOp,
  type Op,
  type Plan,
  type SavedTensors,
  type Shared,
  type Vjp,
} from "./autograd/op.ts";
export { noGrad } from "./autograd/recording.ts";
export { keep, scope } from "./autograd/scope.ts";
export { Buffer, Parameter, Tensor } from "./autograd/tensor.ts";
export { grad, valueAndGrad } from "./autograd/transforms.ts";
export * from "./data/index.ts";
export { cpu, setThreads, setWinograd } from "./devices/cpu/cpu.ts";
export { defaultDevice, setDefaultDevice } from "./devices/default.ts";
export type { Device, DeviceReport, DType, Floats, Storage } from "./devices/device.ts";
export { reference } from "./devices/reference/reference.ts";
export * from "./formats/index.ts";
export { type AlignOptions, alignLoss } from "./losses/align.ts";
export { type AlignUniformLoss, type AlignUniformOptions, alignUniformLoss } from "./losses/align-uniform.ts";
export { type ContrastiveOptions, contrastiveLoss, queueContrastiveLoss } from "./losses/contrastive.ts";
export { type CheckNorm, unitNormTolerance } from "./losses/features.ts";
export { type QueueUniformOptions, queueUniformLoss } from "./losses/queue-uniform.ts";
export { type UniformOptions, uniformLoss, uniformLossAsPrinted } from "./losses/uniform.ts";
export * from "./metrics/index.ts";
export * from "./models/index.ts";
export * from "./nn/index.ts";
export type { OnnxArray, OnnxAttribute, OnnxNode, OnnxPort } from "./onnx.ts";
export * from "./ops/index.ts";
export type { Shape } from "./shape.ts";
