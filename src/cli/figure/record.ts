import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../node/index.ts";
import type { Fingerprint } from "../train/gallery.ts";
import type { FigureConfig, FigureName } from "./config.ts";
import type { PictureSetName } from "./pictures.ts";

/** A figure in numbers: what its file of JSON holds; `schemaVersion` rises whenever a released field changes its meaning. */
export interface FigureRecord<Part> {
  readonly schemaVersion: 1;
  readonly figure: FigureName;
  readonly version: string;
  readonly device: string;
  readonly pictures: Fingerprint & { readonly name: PictureSetName };
  readonly config: FigureConfig;
  /** How many parts the whole has. */
  readonly of: number;
  /** Those that are finished, in order, and the seconds each took. */
  readonly parts: readonly (Part & { readonly seconds: number })[];
  /** What all parts together tell; null before they are there. */
  readonly summary: Readonly<Record<string, unknown>> | null;
}

/** Writes it whole or not at all, into a folder that is made where it is missing. */
export async function writeRecord(path: string, record: FigureRecord<object>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, `${JSON.stringify(record)}\n`);
}
