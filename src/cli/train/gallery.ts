import type { Images } from "../../data/index.ts";
import type { Generator } from "../../ops/index.ts";

/** Items of one step of training, and whence what is random about them is drawn. */
export interface Planned {
  readonly indices: Int32Array;
  readonly generator: Generator;
}

/** What tells one set of data from another: how many items there are, and a hash of every byte. */
export interface Fingerprint {
  readonly train: number;
  readonly test: number;
  readonly sha256: string;
}

/** What a person is told of a set of data. */
export function shownFingerprint({ train, test, sha256 }: Fingerprint): string {
  return `${train} + ${test} (sha256 ${sha256.slice(0, 12)})`;
}

/** Pictures by which an encoder is judged, made when asked for. */
export interface Sample {
  readonly length: number;
  /** Class of each picture, −1 where nobody says. */
  readonly labels: Int32Array;
  /** The pictures at `rows` as they are: [rows, channels, height, width]. */
  plain(rows: Int32Array): Promise<Images<Float32Array>>;
  /** Two views of each: all first views, then all second ones. Draws from `generator`, which moves on. */
  views(rows: Int32Array, generator: Generator): Promise<Images<Float32Array>>;
}

/** What an encoder learns from. */
export interface Lessons<Batch = Images<Float32Array>> {
  /** How many items there are. */
  readonly length: number;
  /** What is shown in each planned step, where possible before it is needed: of pictures two views each, as `Sample.views` gives them. */
  views(plan: Iterable<Planned>): AsyncIterable<Batch>;
}

/** Pictures from which an encoder learns, all of one size. */
export interface PictureLessons extends Lessons {
  /** Of a picture as the encoder takes it. */
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** Data that was opened for a run. */
export interface Material {
  /** Reads all of it once. `tell` hears which share is done, in 0..1. */
  fingerprint(tell?: (share: number) => void): Promise<Fingerprint>;
  close(): Promise<void>;
}

/** Pictures from which an encoder learns, and pictures by which it is judged. */
export interface Gallery extends PictureLessons, Material {
  readonly classes: readonly string[];
  /** Training pictures with labels, from which probes learn. */
  readonly known: Sample;
  /** Test pictures. */
  readonly asked: Sample;
  /**
   * The known pictures as they are shown to a linear probe that learns, one view each, rows being those of `known`: what
   * the paper crops and flips at random is other at every step. Made ahead like `Lessons.views`.
   */
  probing(plan: Iterable<Planned>): AsyncIterable<Images<Float32Array>>;
}

/** At most `most` of a sample's pictures, evenly spaced. */
export function atMost(sample: Sample, most: number): Sample {
  if (sample.length <= most) return sample;
  const chosen = evenly(sample.length, most);
  const own = (rows: Int32Array): Int32Array => rows.map((row) => chosen[row]);
  return {
    length: most,
    labels: chosen.map((row) => sample.labels[row]),
    plain: (rows) => sample.plain(own(rows)),
    views: (rows, generator) => sample.views(own(rows), generator),
  };
}

/** `count` of 0..length-1, evenly spaced from 0 on. */
export function evenly(length: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}
