import { fileIn, oneCheckpoint, parsed } from "../arguments.ts";
import { UsageError } from "../io.ts";
import { type Machine, machineIn, machineOptions } from "../machine.ts";

/** Which points a sentence becomes: those of one encoder, or of both side by side. */
export const encoderNames = ["both", "f", "g"] as const;

export interface EmbedFlags extends Machine {
  /** A checkpoint, or the folder of a run. */
  readonly checkpoint: string;
  /** The file that is embedded, or `-`. */
  readonly text: string;
  /** Whether every line is a sentence; else it is prose. */
  readonly lines: boolean;
  readonly encoder: (typeof encoderNames)[number];
  /** Where the rows are written. */
  readonly out: string;
  /** Where the rows of the sentences behind them are written, if that was asked for. */
  readonly next: string | undefined;
  /** Where the sentences themselves are written, if that was asked for. */
  readonly sentences: string | undefined;
  readonly untrained: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

const options = {
  text: { type: "string" },
  lines: { type: "boolean", default: false },
  encoder: { type: "string", default: "both" },
  out: { type: "string" },
  next: { type: "string" },
  sentences: { type: "string" },
  untrained: { type: "boolean", default: false },
  ...machineOptions,
} as const;

/** Every flag, without its dashes. */
export const embedFlagNames: readonly string[] = Object.keys(options);

/** What the arguments after `embed` mean. Throws a UsageError that says what was found and what is allowed. */
export function readEmbedFlags(argv: readonly string[]): EmbedFlags {
  const { values, positionals } = parsed("embed", argv, options);
  const checkpoint = oneCheckpoint("embed", positionals, "text");
  const { text, lines, untrained, json, quiet, verbose } = values;
  const [out, next, sentences] = (["out", "next", "sentences"] as const).map((flag) =>
    fileIn("embed", flag, values[flag]),
  );
  if (text === undefined)
    throw new UsageError("embed: needs --text FILE, what is to be embedded, or - for standard input");
  const encoder = encoderNames.find((name) => name === values.encoder);
  if (encoder === undefined) {
    throw new UsageError(`embed: --encoder must be one of ${encoderNames.join(", ")}, got "${values.encoder}"`);
  }
  const rows = out ?? (text === "-" ? "embeddings.npy" : `${text.replace(/\.txt$/i, "")}.npy`);
  const machine = machineIn("embed", values);
  return { checkpoint, text, lines, encoder, out: rows, next, sentences, untrained, json, quiet, verbose, ...machine };
}
