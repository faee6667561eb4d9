import type * as Runtime from "onnxruntime-web";
import { describe } from "vitest";
import { sizeOf } from "../../src/shape.ts";

/** A result of a graph. */
export interface OnnxResult {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a graph takes: floats, or integers of 64 bits. */
export interface OnnxInput {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

const { runtime, why } = await load();

/** onnxruntime-web on WebAssembly, on one thread, or why it is not there. */
async function load(): Promise<{ runtime?: typeof Runtime; why: string }> {
  try {
    const runtime = await import("onnxruntime-web");
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = "error";
    return { runtime, why: "" };
  } catch (error) {
    return { why: `onnxruntime-web does not load here: npm ci (${(error as Error).message})` };
  }
}

/** Specs that need onnxruntime-web. Where it is not there they are skipped, so that it can be seen; with CI set they fail. */
export function inOnnxRuntime(title: string, specs: () => void): void {
  const skipped = runtime === undefined && !process.env.CI;
  if (skipped) console.warn(`skipped: ${title}. ${why}`);
  describe.skipIf(skipped)(skipped ? `${title} (${why})` : title, specs);
}

/** Loads an ONNX file; the function that comes back runs it, as often as one likes. */
export async function loaded(
  file: Uint8Array,
): Promise<(inputs: Readonly<Record<string, OnnxInput>>) => Promise<Record<string, OnnxResult>>> {
  if (runtime === undefined) throw new Error(why);
  const { InferenceSession, Tensor } = runtime;
  const session = await InferenceSession.create(file, { executionProviders: ["wasm"] });
  return async (inputs) => {
    const given = Object.entries(inputs).map(([name, { data, shape }]) => {
      if (data.length !== sizeOf(shape)) throw new RangeError(`${name}: [${shape}] holds ${data.length} numbers`);
      const tensor =
        data instanceof Float32Array ? new Tensor("float32", data, shape) : new Tensor("int64", data, shape);
      return [name, tensor] as const;
    });
    const results = await session.run(Object.fromEntries(given));
    const read = Object.entries(results).map(([name, { dims, data }]): [string, OnnxResult] => {
      if (!(data instanceof Float32Array)) throw new TypeError(`${name} holds no floats`);
      return [name, { shape: dims, data }];
    });
    return Object.fromEntries(read);
  };
}
