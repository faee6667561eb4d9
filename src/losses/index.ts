export { type AlignOptions, alignLoss, type CheckNorm } from "./align.ts";
export { type AlignUniformLoss, type AlignUniformOptions, alignUniformLoss } from "./align-uniform.ts";
export { type ContrastiveOptions, contrastiveLoss, queueContrastiveLoss } from "./contrastive.ts";
export { type QueueUniformOptions, queueUniformLoss } from "./queue-uniform.ts";
export { type UniformOptions, uniformLoss, uniformLossAsPrinted } from "./uniform.ts";
export { unitNormTolerance } from "./unit-norm.ts";
