import type { Images } from "../../data/index.ts";
import type { Generator } from "../../ops/index.ts";

/** Pictures of one step of training, and whence what is random in their views is drawn. */
export interface Planned {
  readonly indices: Int32Array;
  readonly generator: Generator;
}

/** What tells one set of pictures from another: how many there are, and a hash of every byte. */
export interface Fingerprint {
  readonly train: number;
  readonly test: number;
  readonly sha256: string;
}

/** What a person is told of a set of pictures. */
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

/** Pictures from which an encoder learns, all of one size. */
export interface Lessons {
  /** Of a picture as the encoder takes it. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** How many there are. */
  readonly length: number;
  /** Two views of each picture of each planned step, as `Sample.views` gives them, where possible before they are needed. */
  views(plan: Iterable<Planned>): AsyncIterable<Images<Float32Array>>;
}

/** Pictures from which an encoder learns, and pictures by which it is judged. */
export interface Gallery extends Lessons {
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
  /** Reads every picture once. `tell` hears which share is done, in 0..1. */
  fingerprint(tell?: (share: number) => void): Promise<Fingerprint>;
  close(): Promise<void>;
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
