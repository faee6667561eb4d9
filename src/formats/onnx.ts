import type { OnnxArray, OnnxAttribute, OnnxNode, OnnxPort } from "../onnx.ts";
import { type Shape, show, sizeOf } from "../shape.ts";
import { bytes, type Fields, float, integer, joined, lengthOf, message } from "./protobuf.ts";

/** A computation as ONNX has it: nodes in an order in which each comes after those whose values it takes. */
export interface OnnxModel {
  readonly name: string;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  /** Weights and other constants, by the names under which nodes take them. */
  readonly initializers: ReadonlyMap<string, OnnxArray>;
  /** What wrote it. */
  readonly producer?: { readonly name: string; readonly version: string };
  /** Texts for whoever serves it, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The version of the file format, and of the operators: 17 is the first with LayerNormalization. */
const [irVersion, opset] = [8, 17];

/** Protobuf's own limit. */
const most = 2 ** 31 - 1;

const elementTypes: Readonly<Record<OnnxPort["type"], number>> = { float32: 1, int64: 7 };

/**
 * An ONNX file (onnx.proto of github.com/onnx/onnx: a ModelProto) of IR version 8, for operator set 17. Weights lie in it as
 * they are, little-endian; equal models give equal bytes. Throws for an initializer whose shape does not fit its numbers, and
 * above 2 GiB, which protobuf does not hold.
 */
export function writeOnnx({
  producer,
  metadata = {},
  name,
  nodes,
  initializers,
  inputs,
  outputs,
}: OnnxModel): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, nodeFields(node))),
    bytes(2, name),
    ...[...initializers].map(([name, array]) => message(5, tensorFields(name, array))),
    ...inputs.map((port) => message(11, portFields(port))),
    ...outputs.map((port) => message(12, portFields(port))),
  ];
  const fields = [
    integer(1, irVersion),
    ...(producer ? [bytes(2, producer.name), bytes(3, producer.version)] : []),
    message(7, ...graph),
    message(8, bytes(1, ""), integer(2, opset)),
    ...Object.entries(metadata).map(([key, text]) => message(14, bytes(1, key), bytes(2, text))),
  ].flat();
  const size = lengthOf(fields);
  if (size > most)
    throw new RangeError(`writeOnnx: ${size} bytes are more than the ${most} that an ONNX file may have`);
  return joined(fields);
}

function nodeFields({ name, op, inputs, outputs, attributes }: OnnxNode): Fields {
  return [
    ...inputs.map((value) => bytes(1, value)),
    ...outputs.map((value) => bytes(2, value)),
    bytes(3, name),
    bytes(4, op),
    ...Object.entries(attributes).map(([key, value]) => message(5, bytes(1, key), attributeFields(value))),
  ].flat();
}

/** The value in the field of its kind, and then the kind's number. */
function attributeFields(value: OnnxAttribute): Fields {
  const kind = (number: number): Fields => integer(20, number);
  if ("float" in value) return [...float(2, value.float), ...kind(1)];
  if ("int" in value) return [...integer(3, value.int), ...kind(2)];
  if ("string" in value) return [...bytes(4, value.string), ...kind(3)];
  if ("floats" in value) return [...value.floats.flatMap((x) => float(7, x)), ...kind(6)];
  if ("ints" in value) return [...value.ints.flatMap((n) => integer(8, n)), ...kind(7)];
  if ("strings" in value) return [...value.strings.flatMap((text) => bytes(9, text)), ...kind(8)];
  return value satisfies never;
}

function tensorFields(name: string, { shape, data }: OnnxArray): Fields {
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`writeOnnx: "${name}" has shape ${show(shape)} but ${data.length} numbers`);
  }
  const type = elementTypes[data instanceof Float32Array ? "float32" : "int64"];
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...dims(shape), ...integer(2, type), ...bytes(8, name), ...bytes(9, raw)];
}

function dims(shape: Shape): Fields {
  return shape.flatMap((n) => integer(1, n));
}

function portFields({ name, type, shape }: OnnxPort): Fields {
  const sizes = shape.map((size) => {
    if (typeof size === "number") return message(1, integer(1, size));
    return message(1, size === "" ? [] : bytes(2, size));
  });
  return [...bytes(1, name), ...message(2, message(1, integer(1, elementTypes[type]), message(2, ...sizes)))];
}
