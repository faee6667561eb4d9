import { halfPrecision } from "./half.ts";

/** Elements of a tensor in a safetensors file: F64, F32, I64, U64, I32, U32, I16, U16, I8 and U8, in this order. */
export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

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

export interface ElementType {
  readonly bytes: number;
  /** The elements that fill `data`. */
  read(data: ArrayBuffer): SafetensorsData;
}

/** What can be read. The two half-width floats have no typed array; every one of their numbers is a float32 too. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ...Object.entries(constructors).map(([code, Elements]): [string, ElementType] => [
    code,
    { bytes: Elements.BYTES_PER_ELEMENT, read: (data) => new Elements(data) },
  ]),
  ["F16", { bytes: 2, read: (data) => Float32Array.from(new Uint16Array(data), halfPrecision) }],
  ["BF16", { bytes: 2, read: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), upperHalf).buffer) }],
  ["BOOL", { bytes: 1, read: (data) => new Int8Array(data) }],
]);

/** The bits of a float32 whose upper half is a bfloat16. */
function upperHalf(bits: number): number {
  return bits << 16;
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
