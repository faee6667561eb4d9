import { expect, it } from "vitest";
import { type OnnxModel, writeOnnx } from "../../src/formats/index.ts";
import { inOnnxRuntime, loaded } from "../models/onnxruntime.ts";

const nothing: OnnxModel = { name: "g", inputs: [], outputs: [], nodes: [], initializers: new Map() };

it("writeOnnx writes versions, producer, sizes and texts where onnx.proto has them", () => {
  const file = writeOnnx({
    ...nothing,
    inputs: [{ name: "x", type: "int64", shape: [300, "n", ""] }],
    outputs: [{ name: "y", type: "float32", shape: [] }],
    producer: { name: "me", version: "1" },
    metadata: { a: "b" },
  });
  const expected = [
    ...["0808", "12026d65", "1a0131"], // ir_version 8, producer_name, producer_version
    ...["3a29", "120167"], // graph, its name
    ...["5a17", "0a0178", "1212", "0a10", "0807", "120c"], // an input, its name, its type: tensor, int64, shape
    ...["0a03", "08ac02", "0a03", "12016e", "0a00"], // of a number, a name, and nothing
    ...["620b", "0a0179", "1206", "0a04", "0801", "1200"], // an output of float32 without dimensions
    ...["4204", "0a00", "1011"], // opset_import: the usual domain, 17
    ...["7206", "0a0161", "120162"], // metadata_props
  ];
  expect(Buffer.from(file).toString("hex")).toBe(expected.join(""));
});

it("writeOnnx refuses weights of another shape than their numbers, and what protobuf does not hold", () => {
  const weight = (shape: number[], length: number): OnnxModel => ({
    ...nothing,
    initializers: new Map([["w", { shape, data: new Float32Array(length) }]]),
  });
  expect(() => writeOnnx(weight([2, 3], 5))).toThrow('writeOnnx: "w" has shape [2, 3] but 5 numbers');
  expect(() => writeOnnx(weight([2 ** 29], 2 ** 29))).toThrow(
    /writeOnnx: 21474836\d\d bytes are more than the 2147483647 that an ONNX file may have/,
  );
});

inOnnxRuntime("writeOnnx, as onnxruntime reads it", () => {
  it("has integers, attributes of every kind, outputs beside the first and inputs left out", async () => {
    const [length, width, hidden] = [3, 2, 2];
    const drawn = (...shape: number[]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return { shape, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i + shape.length)) };
    };
    const [w, r] = [drawn(1, 3 * hidden, width), drawn(1, 3 * hidden, hidden)];
    const run = await loaded(
      writeOnnx({
        name: "words",
        inputs: [{ name: "words", type: "int64", shape: [length, "n"] }],
        outputs: [
          { name: "states", type: "float32", shape: [length, 1, "n", ""] },
          { name: "last", type: "float32", shape: [1, "n", hidden] },
          { name: "all", type: "float32", shape: [1, 1, 2, 2] },
        ],
        nodes: [
          { name: "take", op: "Gather", inputs: ["table", "words"], outputs: ["x"], attributes: { axis: { int: 0 } } },
          {
            name: "gru",
            op: "GRU",
            inputs: ["x", "w", "r", "", "", "start"],
            outputs: ["states", "last"],
            attributes: {
              hidden_size: { int: hidden },
              direction: { string: "forward" },
              activations: { strings: ["Sigmoid", "Tanh"] },
              activation_alpha: { floats: [0.5, 0.25] }, // which these two do not read
              clip: { float: 0.3 },
            },
          },
          {
            name: "pool",
            op: "AveragePool",
            inputs: ["plane"],
            outputs: ["all"],
            attributes: { kernel_shape: { ints: [2, 1] }, strides: { ints: [1, 2] } },
          },
        ],
        initializers: new Map([
          ["table", drawn(5, width)],
          ["w", w],
          ["r", r],
          ["start", { shape: [1, 2, hidden], data: Float32Array.of(0.1, -0.2, 0.3, -0.4) }],
          ["plane", { shape: [1, 1, 3, 3], data: Float32Array.from({ length: 9 }, (_, i) => i) }],
        ]),
      }),
    );
    const words = { shape: [length, 2], data: BigInt64Array.of(0n, 4n, 3n, 1n, 2n, 2n) };
    const { states, last, all } = await run({ words });
    expect(states.shape).toEqual([length, 1, 2, hidden]);
    expect(last.shape).toEqual([1, 2, hidden]);
    expect(states.data.slice(-4)).toEqual(last.data);
    expect(all.data).toEqual(Float32Array.of(1.5, 3.5, 4.5, 6.5));

    // The first word's state by hand: z, r, h as ONNX orders them, what goes into a gate clipped at 0.3.
    const table = drawn(5, width).data;
    const clipped = (x: number): number => Math.min(0.3, Math.max(-0.3, x));
    const gate = (k: number, i: number, h: readonly number[]): number => {
      const row = k * hidden + i;
      const fromX = w.data[2 * row] * table[0] + w.data[2 * row + 1] * table[1];
      return clipped(fromX + r.data[2 * row] * h[0] + r.data[2 * row + 1] * h[1]);
    };
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const before = [0.1, -0.2];
    const reset = [0, 1].map((i) => sigmoid(gate(1, i, before)) * before[i]);
    for (const i of [0, 1]) {
      const z = sigmoid(gate(0, i, before));
      const state = (1 - z) * Math.tanh(gate(2, i, reset)) + z * before[i];
      expect(states.data[i]).toBeCloseTo(state, 5);
    }
  });
});
