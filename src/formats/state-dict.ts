import { tensor } from "../autograd/create.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { readSafetensors, type SafetensorsArray, writeSafetensors } from "./safetensors.ts";

/** Where the weights are made, and what errors call the file. */
export interface ReadStateDictOptions {
  /** The default device unless given. */
  device?: Device;
  /** `readStateDict` unless given. */
  name?: string;
}

/** PyTorch counts a norm layer's batches in an int64; every other entry of a state dict holds floats. */
const counted = /(^|\.)num_batches_tracked$/;

/**
 * A state dict as a safetensors file that PyTorch loads strictly: F32, or F64 from a float64 device, and I64 for each
 * `num_batches_tracked`. Equal states give equal bytes. Throws for a count that is not a whole number.
 */
export async function writeStateDict(
  state: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const arrays = new Map<string, SafetensorsArray>();
  for (const [name, value] of Object.entries(state)) {
    const data = await value.data();
    arrays.set(name, { shape: value.shape, data: counted.test(name) ? wholeNumbers(name, data) : data });
  }
  return writeSafetensors(arrays, metadata);
}

/**
 * The tensors of a safetensors file by name: what `loadStateDict` takes, also from a file that PyTorch's `save_file`
 * wrote. Numbers of every element type are rounded to the device's. Throws what `readSafetensors` throws.
 */
export function readStateDict(bytes: Uint8Array, options: ReadStateDictOptions = {}): Record<string, Tensor> {
  const { device, name = "readStateDict" } = checkOptions("readStateDict", options, ["device", "name"]);
  return tensorsOf(readSafetensors(bytes, name).tensors, device);
}

/** The same from arrays that were read already. */
export function tensorsOf(arrays: ReadonlyMap<string, SafetensorsArray>, device?: Device): Record<string, Tensor> {
  const entries = [...arrays].map(([name, { shape, data }]): [string, Tensor] => {
    const numbers =
      data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
    return [name, tensor(numbers, { shape, device })];
  });
  return Object.fromEntries(entries);
}

function wholeNumbers(name: string, values: ArrayLike<number>): BigInt64Array {
  return BigInt64Array.from(Array.from(values), (value) => {
    if (Number.isSafeInteger(value)) return BigInt(value);
    throw new RangeError(`writeStateDict: "${name}" counts batches, so it must be a whole number, got ${value}`);
  });
}
