/** An attribute of an ONNX node, by its kind: a number by itself does not tell an integer from a float. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] };

/** An operator of ONNX, and the values that it takes and gives, by their names; an input that is left out is "". */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** What an ONNX graph takes or gives. A size is a number, or the name of one that is open until the graph runs; "" has no name. */
export interface OnnxPort {
  readonly name: string;
  readonly type: "float32" | "int64";
  readonly shape: readonly (number | string)[];
}

/** Numbers that are part of an ONNX graph. */
export interface OnnxArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}
