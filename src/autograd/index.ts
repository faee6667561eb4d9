export { type BackwardOptions, backward } from "./backward.ts";
export { type Checkable, type CheckOptions, checkGradients, type GradientReport } from "./check.ts";
export {
  arange,
  type CreateOptions,
  full,
  type NestedArray,
  ones,
  type TensorOptions,
  tensor,
  zeros,
} from "./create.ts";
export type { Gradients } from "./gradients.ts";
export {
  type Call,
  type Chooser,
  type Composite,
  type CompositeDefinition,
  type Computed,
  type Definition,
  defineComposite,
  defineOp,
  type Op,
  type Plan,
  type Sample,
  type SavedTensors,
  type Testable,
  type Vjp,
} from "./op.ts";
export { noGrad } from "./recording.ts";
export { keep, scope } from "./scope.ts";
export { Buffer, Parameter, Tensor } from "./tensor.ts";
export { grad, valueAndGrad } from "./transforms.ts";
