export { L2Norm, ReLU } from "./activation.ts";
export { Adam, type AdamOptions } from "./adam.ts";
export { clipGradNorm } from "./clip.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { Module, type StateDict } from "./module.ts";
export { Optimizer, type OptimizerState } from "./optimizer.ts";
export { Sequential } from "./sequential.ts";
export { SGD, type SgdOptions } from "./sgd.ts";
export { type TrainStepOptions, trainStep } from "./train-step.ts";
