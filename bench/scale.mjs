// `npm run bench:scale`: what docs/scale-out.md counts with. Prints Markdown tables; see --help.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { d, writeRows } from "./rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist.bench"); // what is timed stays when another build comes meanwhile
const main = join(dist, "cli/main.js");

const { values } = parseArgs({
  options: {
    help: { type: "boolean" },
    part: { type: "string", multiple: true, default: ["shards", "overhead", "pairs", "training"] },
    most: { type: "string", default: "100000" },
    turns: { type: "string", default: "3" },
  },
});
if (values.help) {
  console.log(`npm run bench:scale [-- --part shards|overhead|pairs|training ...] [--most N] [--turns N]
  shards    align-uniform metrics whole and in 2, 4 and 16 parts, one after another; sizes up to --most, 100,000 unless given
  overhead  a part of so many that it has next to nothing to do, up to a million rows
  pairs     the standard error of --pairs N, and how far the value is from that of all pairs
  training  all-reduce of a gradient between two processes, and steps with and without it: needs PyTorch (python3-torch)`);
  process.exit();
}
const turns = Number(values.turns);
const folder = mkdtempSync(join(tmpdir(), "align-uniform-scale-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const cell = (x, digits = 2) => x.toFixed(digits);
const count = (n) => n.toLocaleString("en");

/** A run of the command: seconds with start and end, what it printed, and with --verbose its peak of memory. */
function run(...args) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  const megabytes = Number(/([\d,]+) MB/.exec(stderr)?.[1].replace(",", ""));
  return { seconds: (performance.now() - start) / 1000, stdout, megabytes };
}

/** All parts of the work one after another, and their joining. */
function inParts(path, parts) {
  const files = Array.from({ length: parts }, (_, i) => join(folder, `part-${i + 1}.json`));
  const times = files.map((file, i) =>
    run("metrics", path, "--shard", `${i + 1}/${parts}`, "--out", file, "--verbose"),
  );
  const merged = run("merge", ...files, "--json");
  const seconds = times.map((time) => time.seconds);
  return {
    sum: seconds.reduce((a, b) => a + b, 0),
    slowest: Math.max(...seconds),
    merge: merged.seconds,
    megabytes: Math.max(...times.map((time) => time.megabytes)),
    value: JSON.parse(merged.stdout).uniformity[0].value,
  };
}

function shards() {
  const rows = [];
  for (const n of [3162, 10_000, 31_623, 100_000, 316_228].filter((size) => size <= Number(values.most))) {
    const path = join(folder, "x.npy");
    writeRows(path, n);
    const counts = [2, 4, 16];
    const tries = Array.from({ length: n > 100_000 ? 1 : turns }, () => {
      const whole = run("metrics", path, "--json");
      const value = JSON.parse(whole.stdout).uniformity[0].value;
      return counts.map((parts) => {
        const split = inParts(path, parts);
        if (split.value !== value)
          throw new Error(`${parts} parts of ${n} rows give ${split.value}, the whole ${value}`);
        const more = (split.sum - whole.seconds) / (parts - 1);
        return { ...split, more, whole: whole.seconds, times: whole.seconds / (split.slowest + split.merge) };
      });
    });
    for (const [k, parts] of counts.entries()) {
      const of = (name) => median(tries.map((each) => each[k][name]));
      const seconds = ["whole", "sum", "more", "slowest", "merge"].map((name) => cell(of(name)));
      rows.push([count(n), parts, ...seconds, cell(of("times"), 1), of("megabytes")]);
      console.error(rows.at(-1).join(" | "));
    }
  }
  const seconds = ["whole", "all parts", "for each further part", "slowest part", "merge"].map((name) => `${name}, s`);
  return table(["n", "parts", ...seconds, "times as fast on so many machines", "MB of a part"], rows);
}

function overhead() {
  const rows = [10_000, 31_623, 100_000, 316_228, 1_000_000].map((n) => {
    const path = join(folder, "x.npy");
    writeRows(path, n);
    const parts = Math.floor(n / 1000); // as many as share the work evenly: each has next to nothing to do
    const tries = Array.from({ length: turns }, () =>
      run("metrics", path, "--shard", `2/${parts}`, "--out", join(folder, "part.json"), "--verbose"),
    );
    return [count(n), `2/${parts}`, cell(median(tries.map(({ seconds }) => seconds))), tries[0].megabytes];
  });
  return table(["n", "shard", "seconds", "MB"], rows);
}

function pairs() {
  const n = 100_000;
  const path = join(folder, "x.npy");
  writeRows(path, n);
  const rows = [undefined, 100_000, 200_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000].map((asked) => {
    const tries = Array.from({ length: turns }, () =>
      run("metrics", path, "--json", "--no-spectrum", ...(asked === undefined ? [] : ["--pairs", String(asked)])),
    );
    const [{ value, standardError, pairs: looked }] = JSON.parse(tries[0].stdout).uniformity;
    return { looked, seconds: median(tries.map(({ seconds }) => seconds)), value, standardError };
  });
  return table(
    ["pairs", "seconds", "uniformity", "standard error", "off the value of all pairs"],
    rows.map(({ looked, seconds, value, standardError }) => [
      count(looked),
      cell(seconds),
      cell(value, 5),
      cell(standardError, 5),
      (value - rows[0].value).toExponential(1),
    ]),
  );
}

function training() {
  const rows = [
    ["convEncoder", 32],
    ["convEncoder", 128],
    ["smallAlexNet", 16],
  ].map(([encoder, pictures]) => {
    const args = [join(root, "bench/scale_out.py"), encoder, String(pictures), "--turns", String(turns)];
    const { status, stdout, stderr } = spawnSync("/usr/bin/python3", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const { floats, all_reduce, alone, both, ddp } = JSON.parse(stdout);
    const milliseconds = [all_reduce, alone, both, ddp].map((seconds) => cell(1000 * seconds, 1));
    const enough = Math.ceil((10 * all_reduce * pictures) / alone);
    return [encoder, count(floats), pictures, ...milliseconds, `${cell((100 * all_reduce) / alone, 1)}%`, enough];
  });
  const head = [
    "encoder",
    "floats",
    "pictures of a process",
    "all-reduce, ms",
    "step alone, ms",
    "both at once, ms",
    "under DDP, ms",
  ];
  return table([...head, "all-reduce of a step alone", "pictures of a process for 10%"], rows);
}

function table(head, rows) {
  return [head, head.map(() => "--:"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

execFileSync(process.execPath, [join(root, "scripts/build.mjs"), dist], { stdio: ["ignore", "ignore", "inherit"] });
const load = () => `load average ${loadavg()[0].toFixed(1)}`;
const measures = { shards, overhead, pairs, training };
for (const part of values.part) {
  const before = load();
  console.log(`${part} (rows of ${d} numbers; ${before} before, ${turns} turns)\n\n${measures[part]()}\n`);
}
