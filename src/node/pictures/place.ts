import { type FilesPlace, filesReader } from "./files.ts";
import type { PictureReader } from "./reader.ts";
import { type RecordsPlace, recordsReader } from "./records.ts";
import { type SharedPlace, sharedReader } from "./shared.ts";

/** Where pictures lie: plain data, and shared memory, that can be posted to another thread. */
export type PicturesPlace = SharedPlace | RecordsPlace | FilesPlace;

/** Opens the same pictures, in whatever thread it is called. */
export async function openPlace(place: PicturesPlace): Promise<PictureReader> {
  switch (place.kind) {
    case "shared":
      return sharedReader(place);
    case "stl10":
      return recordsReader(place);
    case "files":
      return filesReader(place);
    default:
      throw place satisfies never;
  }
}
