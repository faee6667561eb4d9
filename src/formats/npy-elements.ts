import { halves } from "./half.ts";
import type { Elements, ElementType } from "./stored-array.ts";

/** By NumPy's names, without the byte order. */
const constructors = {
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** What can be read: float16 has no typed array, but every one of its numbers is a float32 too. */
const elementTypes = new Map<string, ElementType>([
  ...Object.entries(constructors).map(([code, Elements]): [string, ElementType] => [
    code,
    { bytes: Elements.BYTES_PER_ELEMENT, read: (body) => new Elements(body) },
  ]),
  ["b1", { bytes: 1, read: (body) => new Int8Array(body) }],
  ["f2", { bytes: 2, read: halves }],
]);

/** How to read elements of the type `descr`, such as `>f4`, of a file called `name`. Throws for what has no numbers. */
export function npyElements(descr: string, name: string): ElementType {
  const [, order, code = ""] = /^([<>=|])(\w+)$/.exec(descr) ?? [];
  const type = elementTypes.get(code);
  if (type === undefined) {
    throw new Error(
      `${name}: holds elements of type ${JSON.stringify(descr)}; ${[...elementTypes.keys()].join(", ")} can be read: ` +
        'convert them before saving, such as with x.astype("f4")',
    );
  }
  if (order !== ">") return type;
  return {
    bytes: type.bytes,
    read(body) {
      swapBytes(new Uint8Array(body), type.bytes);
      return type.read(body);
    },
  };
}

/** NumPy's name of the elements of a typed array, little-endian. Throws for what is no array of numbers. */
export function npyDescr(data: Elements): string {
  const code = Object.entries(constructors).find(([, Elements]) => data instanceof Elements)?.[0];
  if (code === undefined) throw new TypeError("writeNpy: data must be a typed array of integers or floats");
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${code}`;
}

/** Turns the bytes of every element round, in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
}
