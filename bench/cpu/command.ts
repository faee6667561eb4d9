import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { operations } from "../job.ts";
import { measured, type Rules } from "../measure.ts";
import { type CommonOptions, execute } from "../shell.ts";
import { type Row, written } from "../table.ts";
import { type Work, works } from "../works.ts";
import { type Built, type Column, columnsHere, ours } from "./columns.ts";
import { epoch } from "./epoch.ts";
import { Lane, type Program, single, Together } from "./lane.ts";
import { machineRoof, rateOf } from "./machine-roof.ts";
import { type Outcome, report } from "./report.ts";

const help = `bench: times the cpu device beside other libraries, on this machine

Usage: npm run bench -- [options]

Times products of matrices, convolutions, losses, training steps and simple operations. One table of ratios: ours to
PyTorch's (where /usr/bin/python3, or $PYTHON, has torch), tfjs-wasm's and jax-js's (after npm --prefix bench/peers ci)
and gpu.js's, and to what WebAssembly can do on this machine at most. All of it takes some 20 minutes.

Options
      --only REGEX     works whose name matches
      --lanes REGEX    columns whose name matches, beside cpu
      --rounds N       runs of which the median is taken, 1..1000 (default: 5)
      --threads N      threads of the cpu device, 1..32 (default: as many as it takes by itself)
      --epoch          instead of all this, one epoch of the MNIST job, in PyTorch and by our command line
      --steps N        the first N steps of PyTorch's epoch only
      --write          put the result into bench/results.md as well
  -h, --help           this text
`;

/** Milliseconds after which a run is given up, and a run of a long work. */
const [limit, longLimit] = [40_000, 600_000];
const threadCounts = [1, 2, 3] as const;

interface Options extends CommonOptions {
  readonly only: RegExp;
  readonly lanes: RegExp;
  readonly rounds: number;
  readonly threads: number | undefined;
  readonly epoch: boolean;
  readonly steps: number | undefined;
}

/** What the command needs beside its arguments. */
export interface Surroundings {
  /** Builds the programs that are timed; with `library` also the package itself. */
  readonly build: (library: boolean) => Promise<Built>;
  /** Where results.md is. */
  readonly results: string;
}

/** Runs the benchmark. Resolves to the exit code. */
export function command(argv: readonly string[], { build, results }: Surroundings): Promise<number> {
  const run = async (options: Options) => {
    if (options.epoch) return { marks: "bench:epoch", text: await epoch(await build(true), options.steps) };
    const wanted = works.filter(({ name }) => options.only.test(name));
    const built = await build(wanted.some(({ job }) => job.kind === "start"));
    return { marks: "bench", text: await tables(built, wanted, options) };
  };
  return execute({ name: "bench", help, optionsOf, run }, argv, results);
}

function optionsOf(argv: readonly string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { ...flag, short: "h" },
      write: flag,
      epoch: flag,
      only: { type: "string", default: "" },
      lanes: { type: "string", default: "" },
      rounds: { type: "string", default: "5" },
      threads: { type: "string" },
      steps: { type: "string" },
    },
  });
  const { only, lanes, rounds, threads, steps, ...flags } = values;
  if (steps !== undefined && !flags.epoch) throw new Error("--steps goes with --epoch");
  const wanted = new RegExp(only);
  if (!works.some(({ name }) => wanted.test(name))) {
    throw new Error(`--only ${only} matches none of: ${works.map(({ name }) => name).join("; ")}`);
  }
  return {
    ...flags,
    only: wanted,
    lanes: new RegExp(lanes),
    rounds: whole("rounds", rounds, 1000),
    threads: threads === undefined ? undefined : whole("threads", threads, 32),
    steps: steps === undefined ? undefined : whole("steps", steps, 234),
  };
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} must be a whole number in 1..${most}, got "${text}"`);
}

/** Works in all columns, as Markdown. */
async function tables(built: Built, wanted: readonly Work[], { lanes, rounds, threads }: Options): Promise<string> {
  const { columns: all, absent } = columnsHere(built, threads);
  const columns = all.filter(({ name }, i) => i === 0 || lanes.test(name));
  const rules = { rounds, limit };
  const before = loadavg()[0];

  const counted = wanted.some(({ job }) => operations(job) !== undefined);
  const machine = counted ? await machineRoof(built, rules) : undefined;
  const outcomes: Outcome[] = [];
  const abouts = new Map<string, string>();
  for (const [i, work] of wanted.entries()) {
    process.stderr.write(`[${i + 1}/${wanted.length}] ${work.name}: `);
    const outcome = await outcomeOf(work, columns, machine?.best, rules, abouts);
    outcomes.push(outcome);
    process.stderr.write(`${told(columns, outcome.cells)}\n`);
  }
  const scaling = await scalingOf(
    built,
    wanted.filter((work) => work.scaling),
    rules,
  );

  const load = `load average ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`;
  return report({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0].model}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${load}`,
    lanes: Object.fromEntries(
      columns.map(({ name, what }) => [name, [what, abouts.get(name)].filter(Boolean).join(", ")]),
    ),
    absent,
    rounds,
    roof: machine?.rows ?? [],
    outcomes,
    threads: ["1 thread", "2 threads", "3 threads"],
    scaling,
  });
}

function told(columns: readonly Column[], cells: Outcome["cells"]): string {
  return columns.map(({ name }) => `${name} ${written(cells[name])}`).join(", ");
}

/** One work in all columns; `abouts` hears what worked in each. */
async function outcomeOf(
  { name, ...work }: Work,
  columns: readonly Column[],
  best: Program | undefined,
  rules: Rules,
  abouts: Map<string, string>,
): Promise<Outcome> {
  const lanes = columns.map(({ program }) => new Lane(program, work.job, work.long ? single : undefined));
  const roofed = best !== undefined && operations(work.job) !== undefined;
  const roofs = roofed ? [new Together(availableParallelism(), best, { kind: "roof", loop: "multiply" })] : [];
  try {
    const cells = await measured([...lanes, ...roofs], work.long ? { rounds: 1, limit: longLimit } : rules);
    for (const [i, { about }] of lanes.entries()) if (about !== "") abouts.set(columns[i].name, about);
    const byName = <T>(values: readonly T[]): Record<string, T> =>
      Object.fromEntries(columns.map((column, i) => [column.name, values[i]]));
    return {
      work: { name, ...work },
      cells: byName(cells),
      peaks: byName(lanes.map(({ peak }) => peak)),
      roof: roofed ? rateOf("multiply", availableParallelism(), cells[lanes.length]) : "not measured",
    };
  } finally {
    for (const lane of [...lanes, ...roofs]) lane.giveUp();
  }
}

/** The same works on 1, 2 and 3 threads. */
async function scalingOf(built: Built, wanted: readonly Work[], rules: Rules): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, job } of wanted) {
    process.stderr.write(`${name}, on ${threadCounts.join(", ")} threads: `);
    const lanes = threadCounts.map((threads) => new Lane(ours(built, threads), job));
    try {
      const [one, ...more] = await measured(lanes, rules);
      rows.push({ work: name, cells: [one, ...more] });
      process.stderr.write(`${[one, ...more].map(written).join(", ")}\n`);
    } finally {
      for (const lane of lanes) lane.giveUp();
    }
  }
  return rows;
}
