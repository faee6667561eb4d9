import { halves } from "./half.ts";
import type { Elements, ElementType } from "./stored-array.ts";

/** Elements of a tensor in a safetensors file: F64, F32, I64, U64, I32, U32, I16, U16, I8 and U8. */
export type SafetensorsData = Elements;

const constructors = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

/** What can be read. The two half-width floats have no typed array; every one of their numbers is a float32 too. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ...Object.entries(constructors).map(([code, Elements]): [string, ElementType] => [
    code,
    { bytes: Elements.BYTES_PER_ELEMENT, read: (data) => new Elements(data) },
  ]),
  ["F16", { bytes: 2, read: halves }],
  ["BF16", { bytes: 2, read: upperHalves }],
  ["BOOL", { bytes: 1, read: (data) => new Int8Array(data) }],
]);

/** Floats of 32 bits of which `data` holds the upper halves. */
function upperHalves(data: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(data);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** The name of the element type that an array holds. Throws for what is no typed array, naming the tensor. */
export function codeOf(name: string, data: SafetensorsData): string {
  const code = (Object.keys(constructors) as (keyof typeof constructors)[]).find(
    (c) => data instanceof constructors[c],
  );
  if (code === undefined)
    throw new TypeError(`writeSafetensors: "${name}" must be a typed array of ${Object.keys(constructors)}`);
  return code;
}
