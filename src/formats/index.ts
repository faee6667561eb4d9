export { type IdxArray, type IdxData, readIdx } from "./idx.ts";
export {
  readSafetensors,
  type Safetensors,
  type SafetensorsArray,
  type SafetensorsData,
  writeSafetensors,
} from "./safetensors.ts";
