export { BlockEncoder, type BlockEncoderForward, type BlockEncoderInput } from "./block-encoder.ts";
export { type ConvEncoderOptions, convEncoder } from "./conv-encoder.ts";
export { type MlpEncoderOptions, mlpEncoder } from "./mlp-encoder.ts";
export { type SmallAlexNetOptions, smallAlexNet } from "./small-alex-net.ts";
