import type { ByteSource } from "../formats/byte-source.ts";
import { delimiterOf } from "../formats/fields.ts";
import { isJsonDocument } from "../formats/jsonl.ts";
import { type EmbeddingsFormat, embeddingsFormats } from "./embeddings-formats.ts";

/** The first bytes of binary formats, as hexadecimal digits. */
const magics: readonly (readonly [start: RegExp, format: EmbeddingsFormat])[] = [
  [/^934e554d5059/, "npy"],
  [/^504b(0304|0506)/, "npz"],
  [/^50415231/, "parquet"],
  [/^.{6}0[0-5]0{8}7b/, "safetensors"], // a header's length below 100 MB in 8 bytes, then JSON
];

/** Formats one may try in vain, and how to leave them. */
const foreign: readonly (readonly [start: RegExp, what: string])[] = [
  [/^$/, "nothing, the file is empty"],
  [/^89484446/, "HDF5: save the array with numpy.save"],
  [/^800[2-5]/, "a Python pickle: save the array with numpy.save"],
  [/^4152524f5731|^ffffffff/, "Arrow: write it as Parquet"],
  [/^fffe|^feff/, "text in UTF-16: save it as UTF-8"],
];

/** The format of a file by how it starts. Rejects, naming the file and all formats, where none fits. */
export async function formatOf(source: ByteSource, name: string): Promise<EmbeddingsFormat> {
  const head = await source.read(0, Math.min(source.size, 4096));
  const digits = Array.from(head.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const alien = foreign.find(([start]) => start.test(digits))?.[1];
  const found =
    alien === undefined ? (magics.find(([start]) => start.test(digits))?.[1] ?? textFormat(head)) : undefined;
  if (found !== undefined) return found;
  const what = alien ?? `the bytes ${digits.slice(0, 16)}`;
  const known = embeddingsFormats.join(", ");
  throw new Error(
    `${name}: is none of ${known}; it starts with ${what}; bare numbers need --format f32 or f64, and --dim`,
  );
}

/** Which kind of text it is; undefined where a character occurs that text does not have. */
function textFormat(head: Uint8Array): EmbeddingsFormat | undefined {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return undefined;
  if (isJsonDocument(head)) return "json";
  const text = new TextDecoder().decode(head);
  if (/^\s*[[{]/.test(text)) return "jsonl";
  const first = text.split("\n").find((line) => !/^\s*(#|$)/.test(line)) ?? "";
  return delimiterOf(new TextEncoder().encode(first)) === "\t" ? "tsv" : "csv";
}
