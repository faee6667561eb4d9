import type { OnnxAttribute } from "../onnx.ts";
import type { Pair, WindowOptions } from "../ops/index.ts";
import { windowOver } from "../ops/window.ts";
import type { Shape } from "../shape.ts";

/** A window over images [n, c, h, w] as ONNX has it. */
export interface OnnxWindow {
  /** Height and width of what comes out. */
  readonly out: readonly [height: number, width: number];
  readonly attributes: Readonly<Record<"kernel_shape" | "strides" | "pads", OnnxAttribute>>;
}

/** `windowOver` for a node. ONNX pads the front of both dimensions, then their ends. */
export function onnxWindow(what: string, images: Shape, size: Pair, options: WindowOptions): OnnxWindow {
  const { kernel, stride, padding, outHeight, outWidth } = windowOver(what, images, size, options);
  return {
    out: [outHeight, outWidth],
    attributes: { kernel_shape: { ints: kernel }, strides: { ints: stride }, pads: { ints: [...padding, ...padding] } },
  };
}
