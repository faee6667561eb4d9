export { type Cifar10Arrays, readCifar10 } from "./cifar10.ts";
export { type GunzipOptions, gunzip } from "./gunzip.ts";
export { type IdxArray, type IdxData, readIdx } from "./idx.ts";
export { type NpyArray, type NpyData, readNpy, writeNpy } from "./npy.ts";
export { readSafetensors, type Safetensors, type SafetensorsArray, writeSafetensors } from "./safetensors.ts";
export type { SafetensorsData } from "./safetensors-elements.ts";
export { type ReadStateDictOptions, readStateDict, writeStateDict } from "./state-dict.ts";
