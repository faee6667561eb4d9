export { type MlpEncoderOptions, mlpEncoder } from "./mlp-encoder.ts";
