import { operations } from "../job.ts";
import type { Cell } from "../measure.ts";
import { grid, type Row, ratio, table, written } from "../table.ts";
import type { Target, Work } from "../works.ts";

/** What came of a work: a cell and the peak memory in bytes for each column, by its name. */
export interface Outcome {
  readonly work: Work;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly peaks: Readonly<Record<string, number>>;
  /** Operations a second that all cores reached at most, in the same rounds; a reason where they did not. */
  readonly roof: Cell;
}

/** A run, and all that one must know to read its times. */
export interface Run {
  readonly date: string;
  /** Processor, cores and how busy they were. */
  readonly machine: string;
  /** What the columns are and their versions, in their order, ours first. */
  readonly lanes: Readonly<Record<string, string>>;
  /** Columns that are not there, and how to have them. */
  readonly absent: readonly string[];
  readonly rounds: number;
  /** Lines on what WebAssembly can do here: name, on one thread, on all. */
  readonly roof: readonly (readonly [name: string, one: string, all: string])[];
  readonly outcomes: readonly Outcome[];
  /** The times of some works on several numbers of threads, named in `threads`. */
  readonly threads: readonly [string, ...string[]];
  readonly scaling: readonly Row[];
}

/** The run as Markdown: on what, how, what the machine can do, the tables. */
export function report(run: Run): string {
  const { date, machine, lanes, absent, rounds, roof, outcomes, threads, scaling } = run;
  const [ours, ...others] = Object.keys(lanes);
  const parts = [
    [
      `- ${date}, ${machine}`,
      ...Object.entries(lanes).map(([name, what]) => `- ${name}: ${what}`),
      ...absent.map((line) => `- not there: ${line}`),
    ].join("\n"),
  ];
  if (roof.length > 0) {
    parts.push(
      "What WebAssembly can do on this machine (`bench/assembly/roof.ts`):",
      grid(["", "one thread", "all cores"], roof),
    );
  }
  if (outcomes.length > 0) {
    parts.push(
      `Median milliseconds of ${rounds} turns taken with the other columns, each in a process of its own, after one turn that is not counted. In a turn the work is done once unheeded, then again and again for 0.1 s, at least once; a time ends when its result can be read. In brackets our time as a multiple of theirs: below 1 we are faster. GFLOP/s count the multiplications and additions of the direct way, so a shorter way can pass the roof.`,
      timesTable(ours, others, outcomes),
    );
  }
  const remembered = outcomes.filter(({ work }) => work.memory);
  if (remembered.length > 0) {
    parts.push(
      "Peak memory (resident set) of the processes in those runs, in MB:",
      memoryTable([ours, ...others], remembered),
    );
  }
  if (scaling.length > 0) {
    parts.push(`The same on ${threads.join(", ")}; wanted: twice the threads at least 1.8 times as fast.`);
    parts.push(table(threads, scaling));
  }
  return parts.join("\n\n");
}

function timesTable(ours: string, others: readonly string[], outcomes: readonly Outcome[]): string {
  const heads = ["work", `${ours}, ms`, "GFLOP/s", "of the roof", ...others, "target", "met"];
  const lines = outcomes.map((outcome) => {
    const { work, cells } = outcome;
    const mine = cells[ours];
    const rate = rateOf(work, mine);
    const share = roofShare(outcome, mine);
    const wanted = timeTargets(work.target ?? {}, outcome, mine);
    return [
      work.name,
      written(mine),
      rate === undefined ? "" : (rate / 1e9).toFixed(1),
      share === undefined ? "" : percent(share),
      ...others.map((name) => beside(mine, cells[name])),
      ...joined(wanted),
    ];
  });
  return grid(heads, lines);
}

/** A time, and in brackets how many times as long we took. */
function beside(mine: Cell, cell: Cell = "–"): string {
  const factor = ratio(mine, cell);
  return factor === "" ? written(cell) : `${written(cell)} (${factor})`;
}

function memoryTable(columns: readonly string[], outcomes: readonly Outcome[]): string {
  const [ours] = columns;
  const lines = outcomes.map(({ work, cells, peaks }) => {
    const peak = (name: string): number | undefined => (typeof cells[name] === "number" ? peaks[name] : undefined);
    const megabytes = (bytes: number | undefined): string => (bytes === undefined ? "–" : (bytes / 1e6).toFixed(0));
    const wanted: Wanted[] = [];
    const { memoryOf, megabytes: most } = work.target ?? {};
    if (memoryOf !== undefined) wanted.push([`≤ ${memoryOf}`, atMost(peak(ours), peak(memoryOf))]);
    if (most !== undefined) wanted.push([`≤ ${most} MB`, atMost(peak(ours), most * 1e6)]);
    return [work.name, ...columns.map((name) => megabytes(peak(name))), ...joined(wanted)];
  });
  return grid(["work", ...columns, "target", "met"], lines);
}

/** What is wanted, in words, and whether it is so; undefined where it cannot be told. */
type Wanted = readonly [text: string, met: boolean | undefined];

/** What a target says of times. */
export function timeTargets(target: Target, outcome: Outcome, mine: Cell): Wanted[] {
  const wanted: Wanted[] = [];
  const { milliseconds, roof, times = {} } = target;
  if (milliseconds !== undefined) wanted.push([`≤ ${milliseconds} ms`, atMost(mine, milliseconds)]);
  if (roof !== undefined) wanted.push([`≥ ${percent(roof)} of the roof`, atMost(roof, roofShare(outcome, mine))]);
  for (const [name, factor] of Object.entries(times)) {
    const theirs = outcome.cells[name];
    const most = typeof theirs === "number" ? factor * theirs : undefined;
    wanted.push([`≤ ${Number(factor.toPrecision(2))} × ${name}`, atMost(mine, most)]);
  }
  return wanted;
}

function atMost(value: Cell | undefined, most: Cell | undefined): boolean | undefined {
  return typeof value === "number" && typeof most === "number" ? value <= most : undefined;
}

function joined(wanted: readonly Wanted[]): [texts: string, answers: string] {
  const answers = wanted.map(([, met]) => (met === undefined ? "?" : met ? "yes" : "no"));
  return [wanted.map(([text]) => text).join("; "), answers.join("; ")];
}

/** Operations a second. */
function rateOf({ job }: Work, cell: Cell): number | undefined {
  const count = operations(job);
  return count === undefined || typeof cell !== "number" ? undefined : (1000 * count) / cell;
}

function roofShare({ work, roof }: Outcome, cell: Cell): number | undefined {
  const rate = rateOf(work, cell);
  return rate === undefined || typeof roof !== "number" ? undefined : rate / roof;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}
