import { setThreads } from "../../devices/cpu/cpu.ts";
import { deedsOf } from "../deeds.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { type Person, personAt } from "../train/person.ts";
import { circle } from "./circle/circle.ts";
import { finetune } from "./finetune/finetune.ts";
import type { FigureFlags } from "./flags.ts";
import type { FigureKind, FigurePart } from "./kind.ts";
import { begin, complete } from "./making.ts";
import { writerOf } from "./outputs.ts";
import { readRecord } from "./read-record.ts";
import type { FigureRecord } from "./record.ts";
import { scatter } from "./scatter/scatter.ts";
import { sweep } from "./sweep/sweep.ts";

/** Makes and draws a figure. Resolves to the exit code. */
export async function runFigure(flags: FigureFlags, io: Io): Promise<number> {
  const { figure } = flags;
  if (figure === "circle") return run(circle, flags, io);
  if (figure === "scatter") return run(scatter, flags, io);
  if (figure === "sweep") return run(sweep, flags, io);
  if (figure === "finetune") return run(finetune, flags, io);
  return figure satisfies never;
}

async function run<Part extends FigurePart>(kind: FigureKind<Part>, flags: FigureFlags, io: Io): Promise<number> {
  const { out, json, quiet, threads, from, record: path, classes } = flags;
  const person = personAt(io, quiet);
  const draw = await kind.drawing(); // now: a build may replace the files during the run
  const write = await writerOf(out);
  if (threads !== undefined) setThreads(threads);
  try {
    const record = from === undefined ? await made(kind, flags, person, io) : await finished(from, kind);
    await write(draw(record, { classes: classes ?? [0, 1, 4, 7] }));
    io.stdout.write(json ? `${JSON.stringify(record)}\n` : kind.table(record));
    person.say(`figure: ${out.join(", ")}${from === undefined ? `; its numbers: ${path}` : ""}`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    io.stderr.write(`${error.message}\n`);
    return exitCodes.interrupted;
  }
}

/** The record with all its parts, those made now that were missing. */
async function made<Part extends FigurePart>(
  kind: FigureKind<Part>,
  flags: FigureFlags,
  person: Person,
  io: Io,
): Promise<FigureRecord<Part>> {
  const making = await begin(kind, flags, person);
  try {
    const record = await complete(kind, making, flags, io);
    if (flags.verbose) person.warn(deedsOf(making.device));
    return record;
  } finally {
    await making.pictures.close();
  }
}

/** A record that can be drawn: with all its parts. */
async function finished<Part extends FigurePart>(path: string, kind: FigureKind<Part>): Promise<FigureRecord<Part>> {
  const record = await readRecord(path, kind);
  const { parts, of } = record;
  if (parts.length === of) return record;
  throw new Error(`${path} holds ${parts.length} of ${of} parts: finish it first, with --resume`);
}
