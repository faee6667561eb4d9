import { commonFlags, optionsHelp } from "../flag-help.ts";
import { exportFormats } from "./formats.ts";

const { json } = commonFlags;

/** What `export --help` says. */
export const exportHelp: string = `align-uniform export: a trained encoder as a file for use elsewhere

Usage: align-uniform export CHECKPOINT --to FORMAT [options]

CHECKPOINT is what align-uniform train left, checkpoint.safetensors or its run folder. Written is the encoder alone, in
float32, without optimizer, key encoder and queue:

  safetensors      the state dict under PyTorch's names, for PyTorch, or for readStateDict here
  npz              the same arrays, for NumPy
  onnx             what the encoder computes, in evaluation, for onnxruntime, in Python, a browser, or wherever it runs:
                   images [n, channels, height, width] to features [n, dim] of length 1; of a run over sentences
                   words [n, places] and lengths [n] to features and both encoders' points, f and g

Prints what was written, and how pictures or sentences must be prepared: prepared otherwise they get other features.

${optionsHelp([
  ["--to FORMAT", exportFormats.join(", ")],
  [
    "--out FILE",
    "the file to write (default: encoder.FORMAT beside the checkpoint); an earlier one is replaced as a whole, or not " +
      "at all",
  ],
  [
    "--layer-index N",
    "with onnx, of pictures: give what this block gives instead, from 0, or from the end: -2 is fc7, or what a " +
      "ResNet pools (default: -1, the features)",
  ],
  json,
  ["--quiet", "no notes"],
])}`;
