export { ConvEncoder, type ConvEncoderForward, type ConvEncoderOptions, convEncoder } from "./conv-encoder.ts";
export { type MlpEncoderOptions, mlpEncoder } from "./mlp-encoder.ts";
