import { join } from "node:path";
import { readNamed } from "../named.ts";
import { type Decode, loadDecoder } from "./decoder.ts";
import { countOf, type Names, nameAt } from "./names.ts";
import { checkPicture, type PictureReader } from "./reader.ts";

/** A file for each picture. */
export interface FilesPlace {
  readonly kind: "files";
  readonly folder: string;
  /** Paths below the folder, with / between. */
  readonly names: Names;
  /** Where sharp lies, which decodes them. */
  readonly sharp: string;
}

/** Reads and decodes a file when it is asked for. */
export function filesReader({ folder, names, sharp }: FilesPlace): PictureReader {
  let decoder: Promise<Decode> | undefined;
  const nameOf = (i: number): string => {
    checkPicture(folder, i, countOf(names));
    return join(folder, nameAt(names, i));
  };
  return {
    async get(i) {
      const name = nameOf(i);
      decoder ??= loadDecoder(sharp);
      const decode = await decoder;
      return decode(await readNamed(name), name);
    },
    nameOf,
    close: async () => {},
  };
}
