/** Fields of a message, in pieces: what is large is copied once, when all is joined. */
export type Fields = readonly Uint8Array[];

/** How a field's value is laid out, as its key says. */
const [asVarint, asLength, asFixed32] = [0, 2, 5];

/** An integer of up to 64 bits. A negative one is its two's complement in 64, as int64 has it: ten bytes. */
export function integer(field: number, value: number | bigint): Fields {
  return [key(field, asVarint), varint(value)];
}

/** A float of 32 bits, little-endian. */
export function float(field: number, value: number): Fields {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [key(field, asFixed32), bytes];
}

/** Bytes, or a text in UTF-8. */
export function bytes(field: number, value: Uint8Array | string): Fields {
  return message(field, typeof value === "string" ? [new TextEncoder().encode(value)] : [value]);
}

/** A message inside another. */
export function message(field: number, ...parts: readonly Fields[]): Fields {
  const inside = parts.flat();
  return [key(field, asLength), varint(lengthOf(inside)), ...inside];
}

/** A whole message (protobuf.dev/programming-guides/encoding). */
export function joined(fields: Fields): Uint8Array {
  const out = new Uint8Array(lengthOf(fields));
  let at = 0;
  for (const piece of fields) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Bytes that fields take. */
export function lengthOf(fields: Fields): number {
  return fields.reduce((sum, { length }) => sum + length, 0);
}

function key(field: number, layout: number): Uint8Array {
  return varint(8 * field + layout);
}

/** Seven bits a byte, the lowest first; the eighth says that more come. */
function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...out, Number(rest));
}
