import { type EmbeddingsFormat, embeddingsFormats } from "../../node/embeddings-formats.ts";
import { numberIn, parsed, positiveRule, seedRule, threadsRule, whole } from "../arguments.ts";
import { UsageError } from "../io.ts";
import { type Gate, readGate } from "./gate.ts";

/** Which of how many parts of the work to do: 1/4 is the first of four. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface MetricsFlags {
  readonly x: string;
  readonly y: string | undefined;
  /** A file of labels, or the name of a column of x. */
  readonly labels: string | undefined;
  /** At least one. */
  readonly ts: readonly number[];
  readonly alpha: number;
  readonly normalize: boolean;
  /** Pairs to draw, all unless given. */
  readonly pairs: number | undefined;
  readonly spectrum: boolean;
  readonly format: EmbeddingsFormat | undefined;
  readonly key: string | undefined;
  readonly dim: number | undefined;
  readonly seed: number;
  readonly device: "cpu" | "reference";
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly html: string | undefined;
  readonly figures: string | undefined;
  readonly gates: readonly Gate[];
  /** With the file for the part. */
  readonly shard: (Shard & { readonly out: string }) | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

const text = { type: "string" } as const;
const toggle = { type: "boolean", default: false } as const;

const options = {
  t: { type: "string", multiple: true },
  alpha: text,
  "no-normalize": toggle,
  labels: text,
  pairs: text,
  "no-spectrum": toggle,
  format: text,
  key: text,
  dim: text,
  json: toggle,
  html: text,
  figures: text,
  "fail-if": { type: "string", multiple: true },
  shard: text,
  out: text,
  seed: text,
  device: text,
  threads: text,
  quiet: toggle,
  verbose: toggle,
} as const;

/** Every flag, without its dashes. */
export const metricsFlagNames: readonly string[] = Object.keys(options);

/** What the arguments after `metrics` mean. Throws a UsageError that says what was found and what is allowed. */
export function readMetricsFlags(argv: readonly string[]): MetricsFlags {
  const { values, positionals } = parsed("metrics", argv, options);
  const [x, y, ...more] = positionals;
  if (x === undefined)
    throw new UsageError("metrics: name a file of embeddings, one row a sample, or - for standard input");
  if (more.length > 0) {
    throw new UsageError(
      `metrics: takes one file, or two whose rows are positive pairs, got ${positionals.length}: ${positionals.join(" ")}`,
    );
  }
  if (x === "-" && y === "-")
    throw new UsageError("metrics: standard input can be read once: name a file for one of the two");
  const number = (flag: keyof typeof values, rule: Parameters<typeof numberIn>[3]): number | undefined =>
    numberIn("metrics", flag, values[flag], rule);
  const { json, html, figures, quiet, verbose, labels, format, key } = values;
  const shard = shardIn(values.shard, values.out);
  const ts = sharpnesses(values.t ?? ["2"]);
  const normalize = !values["no-normalize"];
  const spectrum = !values["no-spectrum"];
  const measured = { alignment: y !== undefined, spectrum, normalize, ts };
  const gates = (values["fail-if"] ?? []).map((expression) => readGate(expression, measured));
  if (shard) {
    const alone = { labels, pairs: values.pairs, html, figures, "fail-if": gates[0], json: json || undefined };
    const [other] = Object.entries(alone)
      .filter(([, value]) => value !== undefined)
      .map(([flag]) => flag);
    if (other !== undefined) {
      const where = ["fail-if", "json"].includes(other)
        ? "give it to align-uniform merge"
        : "only a run of one piece has it";
      throw new UsageError(`metrics: --shard goes without --${other}: ${where}`);
    }
  }
  return {
    x,
    y,
    labels,
    ts,
    alpha: number("alpha", positiveRule) ?? 2,
    normalize,
    pairs: number("pairs", { allowed: "a whole number >= 2", accepts: whole(2, Number.MAX_SAFE_INTEGER) }),
    spectrum,
    format: formatIn(format),
    key,
    dim: number("dim", { allowed: "a whole number >= 1", accepts: whole(1, 2 ** 31) }),
    seed: number("seed", seedRule) ?? 0,
    device: deviceIn(values.device),
    threads: number("threads", threadsRule),
    json,
    html,
    figures,
    gates,
    shard,
    quiet,
    verbose,
  };
}

export interface MergeFlags {
  readonly parts: readonly string[];
  readonly json: boolean;
  /** Not yet read: what there is to compare, the parts tell. */
  readonly gates: readonly string[];
  readonly quiet: boolean;
}

const mergeOptions = { json: toggle, "fail-if": { type: "string", multiple: true }, quiet: toggle } as const;

/** Every flag of `merge`, without its dashes. */
export const mergeFlagNames: readonly string[] = Object.keys(mergeOptions);

/** What the arguments after `merge` mean. */
export function readMergeFlags(argv: readonly string[]): MergeFlags {
  const { values, positionals } = parsed("merge", argv, mergeOptions);
  if (positionals.length === 0) throw new UsageError("merge: name the files of all parts, such as part-*.json");
  return { parts: positionals, json: values.json, gates: values["fail-if"] ?? [], quiet: values.quiet };
}

/** `--t 2 --t 0.5,1`: each once, in the order in which they come. */
function sharpnesses(lists: readonly string[]): number[] {
  const rule = { allowed: "numbers in 0..1e6, above 0, between commas", accepts: (t: number) => t > 0 && t <= 1e6 };
  const ts = lists.flatMap((list) => list.split(",")).map((item) => numberIn("metrics", "t", item, rule) ?? Number.NaN);
  return [...new Set(ts)];
}

function deviceIn(name: string | undefined): MetricsFlags["device"] {
  if (name === undefined || name === "cpu" || name === "reference") return name ?? "cpu";
  throw new UsageError(`metrics: --device must be cpu, or reference for plain loops in float64, got "${name}"`);
}

function formatIn(name: string | undefined): EmbeddingsFormat | undefined {
  const format = embeddingsFormats.find((format) => format === name);
  if (name === undefined || format !== undefined) return format;
  throw new UsageError(`metrics: --format must be ${embeddingsFormats.join(", ")}, got "${name}"`);
}

function shardIn(shard: string | undefined, out: string | undefined): MetricsFlags["shard"] {
  if (shard === undefined) {
    if (out === undefined) return undefined;
    throw new UsageError(
      "metrics: --out names the part that --shard i/n makes; without it results go to standard output",
    );
  }
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(shard) ?? []).map(Number);
  if (!(index >= 1 && index <= count && count <= 1e6)) {
    throw new UsageError(`metrics: --shard must be i/n with i in 1..n, such as 1/4, got "${shard}"`);
  }
  if (out === undefined) throw new UsageError("metrics: --shard needs --out FILE for its part");
  return { index, count, out };
}
