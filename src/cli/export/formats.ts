/** Files that an encoder can be written as, by the names that `--to` takes. */
export const exportFormats = ["safetensors", "npz", "onnx"] as const;
export type ExportFormat = (typeof exportFormats)[number];
