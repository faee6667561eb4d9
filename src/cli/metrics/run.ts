import { existsSync } from "node:fs";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { scaledRows } from "../../metrics/scaled-rows.ts";
import { uniformities } from "../../metrics/uniformity.ts";
import { writeFileAtomic } from "../../node/atomic.ts";
import { type Embeddings, openEmbeddings } from "../../node/embeddings.ts";
import { readLabels } from "../../node/labels.ts";
import { version } from "../../version.ts";
import { exitCodes, type Io, UsageError } from "../io.ts";
import { Phases } from "../phases.ts";
import { printable } from "../printable.ts";
import { checkInputs, checkTargets } from "./checks.ts";
import { measureClasses } from "./classes.ts";
import { type Conclusion, conclude, withStatistics } from "./conclude.ts";
import type { MergeFlags, MetricsFlags } from "./flags.ts";
import { type Gate, readGate } from "./gate.ts";
import { type Input, type Measurement, measurePart, patience, type Settings } from "./measure.ts";
import { mergeFiles } from "./merge.ts";
import { deeds, print, writeFigures } from "./outputs.ts";
import { writePart } from "./part-file.ts";
import { remarksOn } from "./remarks.ts";
import type { ClassResult, MetricsResult } from "./result.ts";
import { sketchOf } from "./sketch.ts";
import { stopIfAsked, stopped } from "./stopped.ts";

/** Measures, and prints and writes what was found. Resolves to the exit code. */
export async function runMetrics(flags: MetricsFlags, io: Io): Promise<number> {
  await checkTargets(flags);
  if (flags.threads !== undefined) setThreads(flags.threads);
  const opened: Embeddings[] = [];
  const open = async (name: string, labels?: string): Promise<Embeddings> => {
    const { key, dim } = flags;
    const format = flags.format ?? (dim === undefined ? undefined : "f32");
    const file = await openEmbeddings(name, { format, key, dim, labels, stdin: io.stdin });
    opened.push(file);
    if (!flags.quiet) for (const note of file.notes) io.stderr.write(`${printable(note)}\n`);
    return file;
  };
  try {
    const labelsInFile = flags.labels !== undefined && existsSync(flags.labels);
    if (flags.labels !== undefined && !labelsInFile && /[\\/]|\.\w+$/.test(flags.labels)) {
      throw new UsageError(`metrics: --labels ${flags.labels}: there is no such file`);
    }
    const x = await open(flags.x, labelsInFile ? undefined : flags.labels);
    const y = flags.y === undefined ? undefined : await open(flags.y);
    const labels = flags.labels !== undefined && labelsInFile ? await readLabels(flags.labels) : x.labels;
    checkInputs(flags, x, y, labels);
    stopIfAsked(io);
    return flags.shard ? await runShard(x, y, flags, io) : await runWhole(x, y, labels, flags, io);
  } finally {
    for (const file of opened) await file.close();
  }
}

/** Joins the parts of a job, and prints what they come to. */
export async function runMerge({ parts, json, gates, quiet }: MergeFlags, io: Io): Promise<number> {
  const start = performance.now();
  const found = await mergeFiles(parts);
  const measured = {
    alignment: found.alignment !== undefined,
    spectrum: !Number.isNaN(found.effectiveRank),
    normalize: found.normalize,
    ts: found.uniformity.map(({ t }) => t),
  };
  const conditions = gates.map((expression) => readGate(expression, measured));
  const result = completed(found, undefined, 0, start);
  print(result, undefined, { json }, io);
  if (!quiet && !json) io.stderr.write(`merged ${parts.length} ${parts.length === 1 ? "part" : "parts"}\n`);
  return judged(conditions, result, io);
}

async function runShard(x: Embeddings, y: Embeddings | undefined, flags: MetricsFlags, io: Io): Promise<number> {
  const { shard } = flags;
  if (shard === undefined) throw new Error("no part was asked for");
  const { part } = await measurePart(inputOf(flags.x, x), y && inputOf(flags.y ?? "", y), settingsOf(flags), shard, io);
  stopIfAsked(io);
  await writeFileAtomic(shard.out, writePart(part));
  if (!flags.quiet) io.stderr.write(`part ${shard.index} of ${shard.count}: ${shard.out}\n`);
  if (flags.verbose) io.stderr.write(`${deeds(part)}\n`);
  return exitCodes.ok;
}

async function runWhole(
  x: Embeddings,
  y: Embeddings | undefined,
  labels: readonly string[] | undefined,
  flags: MetricsFlags,
  io: Io,
): Promise<number> {
  const start = performance.now();
  const measurement = await measurePart(
    inputOf(flags.x, x),
    y && inputOf(flags.y ?? "", y),
    settingsOf(flags, drawn(flags, x.n)),
    { index: 1, count: 1 },
    io,
  );
  let found = conclude([measurement.part]);
  if (drawn(flags, x.n)) found = { ...found, uniformity: await drawnUniformity(measurement, flags, io) };
  const classes = labels && (await classesOf(measurement, y, labels, flags, io));
  const sketch = await sketchOf(measurement, labels, flags.seed);
  const result = completed(found, classes, flags.seed, start, x.notes);
  stopIfAsked(io);
  print(result, sketch, flags, io);
  await writeFigures(result, sketch, flags, io);
  if (flags.verbose) io.stderr.write(`${deeds(measurement.part)}\n`);
  return judged(flags.gates, result, io);
}

function inputOf(name: string, file: Embeddings): Input {
  return { rows: file, result: { name, format: file.format, n: file.n, d: file.d } };
}

function settingsOf(flags: MetricsFlags, draws: boolean = false): Settings {
  const { ts, alpha, normalize, spectrum, quiet, device } = flags;
  return { ts, alpha, normalize, spectrum, quiet, plain: device === "reference", count: !draws };
}

/** Whether pairs are drawn: there are more than were asked for. */
function drawn({ pairs }: MetricsFlags, n: number): boolean {
  return pairs !== undefined && pairs < (n * (n - 1)) / 2;
}

async function drawnUniformity(
  { rows }: Measurement,
  { ts, pairs = 0, normalize, seed, quiet }: MetricsFlags,
  io: Io,
): Promise<MetricsResult["uniformity"]> {
  const { generator } = await import("../../ops/random.ts"); // brings all of the engine, which nothing else needs
  const phases = new Phases(io, quiet, { "drawing pairs": 1 }, stopped, patience);
  let done = 0;
  const found = await phases.run("drawing pairs", (tell) =>
    uniformities(rows, ts, {
      normalized: normalize,
      pairs,
      generator: generator(seed),
      tell(more) {
        done += more;
        tell(Math.min(1, done / pairs));
      },
    }),
  );
  phases.end();
  return withStatistics(ts, found);
}

async function classesOf(
  { rows }: Measurement,
  y: Embeddings | undefined,
  labels: readonly string[],
  { ts, alpha, normalize, quiet, device }: MetricsFlags,
  io: Io,
): Promise<ClassResult[]> {
  const phases = new Phases(io, quiet, { labels: 1 }, stopped, patience);
  const other = y && scaledRows(y, { normalize });
  const settings = { ts, alpha, normalize, plain: device === "reference" };
  const classes = await phases.run("labels", (tell) => measureClasses([rows, other], labels, settings, tell));
  phases.end();
  return classes;
}

function completed(
  found: Conclusion,
  classes: readonly ClassResult[] | undefined,
  seed: number,
  start: number,
  notes: readonly string[] = [],
): MetricsResult {
  const numbers = { ...found, seed, ...(classes && { classes }) };
  const seconds = (performance.now() - start) / 1000;
  return {
    schemaVersion: 1,
    task: "metrics",
    version,
    ...numbers,
    remarks: [...remarksOn(numbers), ...notes],
    seconds,
  };
}

/** Tells which conditions hold, and gives the exit code for that. */
function judged(gates: readonly Gate[], result: MetricsResult, io: Io): number {
  const held = gates.flatMap((gate) => gate.check(result) ?? []);
  for (const why of held) io.stderr.write(`failed: ${why}\n`);
  return held.length > 0 ? exitCodes.gate : exitCodes.ok;
}
