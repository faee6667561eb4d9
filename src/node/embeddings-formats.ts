/** What a file of embeddings may be; `f32` and `f64` are bare numbers, little-endian, and never found but told. */
export const embeddingsFormats = [
  "npy", "npz", "safetensors", "parquet", "jsonl", "json", "csv", "tsv", "f32", "f64",
] as const; // biome-ignore format: a list

/** One of `embeddingsFormats`. */
export type EmbeddingsFormat = (typeof embeddingsFormats)[number];
