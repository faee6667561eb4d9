import { stl10Picture, stl10Record } from "../../formats/stl10.ts";
import { type FileSource, openPlain } from "../file-source.ts";
import { nameIn, type Part, partOf } from "./parts.ts";
import type { PictureReader } from "./reader.ts";

/** Files of STL-10's pictures: records of 3x96x96 bytes, each channel column by column, without a header. */
export interface RecordsPlace {
  readonly kind: "stl10";
  readonly parts: readonly Part[];
}

/**
 * Reads a picture where it lies in its file when it is asked for: nothing of the files is kept in memory. Rejects if a
 * file has not the length that `parts` tells of.
 */
export async function recordsReader({ parts }: RecordsPlace): Promise<PictureReader> {
  const sources: FileSource[] = [];
  const close = async (): Promise<void> => void (await Promise.all(sources.map((source) => source.close())));
  try {
    for (const { path, length } of parts) {
      const source = await openPlain(path);
      sources.push(source);
      if (source.size === length * stl10Record) continue;
      throw new Error(`${path}: has ${source.size} bytes, had ${length * stl10Record} before: it has changed since`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async get(i) {
      const { part, at } = partOf(parts, i);
      const record = await sources[part].read(at * stl10Record, stl10Record);
      return { data: stl10Picture(record), shape: [3, 96, 96] };
    },
    nameOf: (i) => nameIn(parts, i),
    close,
  };
}
