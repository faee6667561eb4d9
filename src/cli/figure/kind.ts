import type { Tell } from "../phases.ts";
import type { FigureConfig, FigureName } from "./config.ts";
import type { PictureSetName } from "./pictures.ts";
import type { FigureRecord } from "./record.ts";
import type { Studio } from "./studio.ts";

/** What is finished as a whole: an encoder trained and measured, say. It is plain data. */
export interface FigurePart {
  readonly name: string;
}

/** A part that is to be made. */
export interface Plan {
  readonly name: string;
  /** Passes over the training pictures, and how often an encoder is measured. */
  readonly epochs: number;
  readonly measurements: number;
}

/** What a drawing may be asked for. */
export interface DrawingOptions {
  /** Labels that get panels of their own. */
  readonly classes: readonly number[];
}

/** All that is known of one figure. */
export interface FigureKind<Part extends FigurePart> {
  readonly name: FigureName;
  defaults(pictures: PictureSetName): FigureConfig;
  /** What is made, in order; the first of more are the same as the first of fewer. */
  plans(config: FigureConfig): readonly Plan[];
  /** Makes the part of a plan; each depends on configuration and plan alone. */
  maker(studio: Studio): (at: number, tell: Tell) => Promise<Part>;
  /** What is wrong with a part that was read, if anything is; `name` is what errors call it. */
  misfits(name: string, part: unknown): string[];
  /** What all parts together tell. */
  summary(parts: readonly Part[]): Readonly<Record<string, unknown>>;
  /** The numbers as lines of text. */
  table(record: FigureRecord<Part>): string;
  /** Loads what draws an SVG file; equal records give equal text. */
  drawing(): Promise<(record: FigureRecord<Part>, options: DrawingOptions) => string>;
}
