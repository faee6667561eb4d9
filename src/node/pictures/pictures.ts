import type { ByteImage, Dataset } from "../../data/index.ts";
import type { PicturesPlace } from "./place.ts";
import type { PictureReader } from "./reader.ts";

/**
 * Pictures on disk: a data set whose items are bytes, read when they are asked for. `viewMaker` makes views of them;
 * `transformed(pictures, viewOf(steps), generator)` does so one at a time, in the calling thread.
 */
export interface Pictures extends Dataset<ByteImage>, PictureReader {
  get(i: number): Promise<ByteImage>;
  /** What the labels stand for; none where nothing tells of classes. */
  readonly classes: readonly string[];
  /** The class of each picture, −1 where it is not known. */
  readonly labels: Int32Array;
  /** Of every picture; undefined where each has a size of its own. */
  readonly shape: readonly [channels: number, height: number, width: number] | undefined;
  /** From which another thread opens the same: `openPlace`. */
  readonly place: PicturesPlace;
  /**
   * SHA-256 over the names of the files and all their bytes, in hexadecimal digits: the same wherever the folder lies.
   * It reads everything once. `progress` hears which share is done, 0..1. Rejects naming the file that cannot be read.
   */
  fingerprint(progress?: (share: number) => void): Promise<string>;
}
