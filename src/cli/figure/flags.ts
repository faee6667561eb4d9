import { type NumberRule, numberIn, parsed, positiveRule, seedRule, whole } from "../arguments.ts";
import { UsageError } from "../io.ts";
import { type Machine, machineIn } from "../machine.ts";
import { meant } from "../meant.ts";
import { type FigureConfig, type FigureName, figureNames } from "./config.ts";

export interface FigureFlags extends Machine {
  readonly figure: FigureName;
  readonly data: string | undefined;
  /** Files of pictures, .svg or .png; at least one. */
  readonly out: readonly string[];
  /** Where the numbers are written, or found by --resume. */
  readonly record: string;
  /** A file of numbers to draw, without training. */
  readonly from: string | undefined;
  readonly resume: boolean;
  /** Labels with panels of their own, undefined unless asked for: for the circle alone. */
  readonly classes: readonly number[] | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** What was asked for by name: the rest comes from the figure's defaults, or from the record that is resumed. */
  readonly given: Partial<Pick<FigureConfig, NumberFlag["key"]>>;
}

interface NumberFlag extends NumberRule {
  readonly key: "seed" | "epochs" | "batchSize" | "lr" | "images" | "testImages" | "encoders";
}

export const numberFlags: Readonly<Record<string, NumberFlag>> = {
  seed: { key: "seed", ...seedRule },
  epochs: { key: "epochs", allowed: "1..100000", accepts: whole(1, 1e5) },
  "batch-size": { key: "batchSize", allowed: "2..1000000", accepts: whole(2, 1e6) },
  lr: { key: "lr", ...positiveRule },
  images: { key: "images", allowed: "a whole number >= 2", accepts: whole(2, 1e9) },
  "test-images": { key: "testImages", allowed: "a whole number >= 3", accepts: whole(3, 1e9) },
  encoders: { key: "encoders", allowed: "3..100000", accepts: whole(3, 1e5) },
};

const text = { type: "string" } as const;
const toggle = { type: "boolean", default: false } as const;
const options = {
  data: text,
  out: { type: "string", multiple: true },
  from: text,
  resume: toggle,
  classes: text,
  device: text,
  threads: text,
  json: toggle,
  quiet: toggle,
  verbose: toggle,
} as const;

/** Every flag, without its dashes. */
export const figureFlagNames: readonly string[] = [...Object.keys(options), ...Object.keys(numberFlags)];

/** Flags that one figure has and no other. */
const own: Readonly<Record<string, FigureName>> = { encoders: "scatter", classes: "circle" };

/** What the arguments after `figure` mean. Throws a UsageError that says what was found and what is allowed. */
export function readFigureFlags(argv: readonly string[]): FigureFlags {
  const numbers = Object.fromEntries(Object.keys(numberFlags).map((flag) => [flag, text]));
  const { values, positionals } = parsed("figure", argv, { ...numbers, ...options });
  const texts: Readonly<Record<string, unknown>> = values;
  const figure = figureNames.find((name) => name === positionals[0]);
  if (figure === undefined || positionals.length > 1) {
    const found =
      positionals.length > 0
        ? `; got "${positionals.join(" ")}"${figure ? "" : meant(positionals[0], figureNames)}`
        : "";
    throw new UsageError(`figure: say which one: ${figureNames.join(", ")}${found}`);
  }
  for (const [flag, whose] of Object.entries(own)) {
    if (texts[flag] !== undefined && whose !== figure)
      throw new UsageError(`figure: --${flag} goes with ${whose} alone`);
  }
  const given: Partial<Record<NumberFlag["key"], number>> = {};
  for (const [flag, rule] of Object.entries(numberFlags)) {
    const n = numberIn("figure", flag, texts[flag], rule);
    if (n !== undefined) given[rule.key] = n;
  }
  const { device, threads } = machineIn("figure", values);
  const { data, from, resume, json, quiet, verbose } = values;
  if (from !== undefined) {
    const making = { data, device, threads, ...given, resume: resume || undefined };
    const [other] = Object.entries(making).find(([, value]) => value !== undefined) ?? [];
    if (other !== undefined) {
      const flag = Object.entries(numberFlags).find(([, { key }]) => key === other)?.[0] ?? other;
      throw new UsageError(`figure: --from draws what was measured, so it goes without --${flag}`);
    }
  }
  const out = values.out ?? [from === undefined ? `runs/${figure}.svg` : `${from.replace(/\.json$/, "")}.svg`];
  for (const path of out) {
    if (!/\.(svg|png)$/i.test(path)) throw new UsageError(`figure: --out must end in .svg or .png, got "${path}"`);
  }
  return {
    figure,
    data,
    out,
    record: out[0].replace(/\.\w+$/, ".json"),
    from,
    resume,
    classes: classesIn(values.classes),
    device,
    threads,
    json,
    quiet,
    verbose,
    given,
  };
}

/** "0,1,4,7" */
function classesIn(list: string | undefined): number[] | undefined {
  if (list === undefined) return undefined;
  const classes = list.split(",").map(Number);
  if (/^\d(,\d){0,4}$/.test(list) && new Set(classes).size === classes.length) return classes;
  throw new UsageError(`figure: --classes must be one to five different labels of 0..9 between commas, got "${list}"`);
}
