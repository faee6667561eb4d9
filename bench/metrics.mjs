// `npm run bench:metrics`: how long `align-uniform metrics` takes on n rows of 128 numbers, with how much memory, beside the
// original uniform_loss in PyTorch (Debian's python3-torch, where it is there) on the same file. Prints a Markdown table.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeRows } from "./rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const sizes = [1000, 3162, 10_000, 20_000, 31_623, 100_000, 316_228];
/** PyTorch keeps all pairs, several times: at 20,000 rows some 3 GB. */
const mostForTorch = 20_000;

const { values } = parseArgs({
  options: { help: { type: "boolean" }, most: { type: "string", default: String(sizes.at(-1)) } },
});
if (values.help) {
  console.log("npm run bench:metrics [-- --most N]: sizes up to N, 316,228 unless given; those take some 5 minutes");
  process.exit();
}
const dist = join(root, "dist.bench"); // what is timed stays when another build comes meanwhile
execFileSync(process.execPath, [join(root, "scripts/build.mjs"), dist], { stdio: ["ignore", "ignore", "inherit"] });
const folder = mkdtempSync(join(tmpdir(), "align-uniform-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function ours(path, turns) {
  const main = join(dist, "cli/main.js");
  const runs = Array.from({ length: turns }, () => {
    const start = performance.now();
    const { stdout, stderr } = spawnSync(process.execPath, [main, "metrics", path, "--json", "--verbose"], {
      encoding: "utf8",
    });
    const whole = (performance.now() - start) / 1000;
    const { seconds, uniformity } = JSON.parse(stdout);
    return {
      whole,
      seconds,
      megabytes: Number(/([\d,]+) MB/.exec(stderr)[1].replace(",", "")),
      value: uniformity[0].value,
    };
  });
  const of = (name) => median(runs.map((run) => run[name]));
  return { whole: of("whole"), seconds: of("seconds"), megabytes: of("megabytes"), value: runs[0].value };
}

const program = `
import sys, time, numpy, torch
torch.set_num_threads(${availableParallelism()})
x = torch.nn.functional.normalize(torch.from_numpy(numpy.load(sys.argv[1])))
def uniform_loss(x, t=2):
    return torch.pdist(x, p=2).pow(2).mul(-t).exp().mean().log()
times = []
for turn in range(int(sys.argv[2])):
    start = time.perf_counter()
    value = uniform_loss(x).item()
    times.append(time.perf_counter() - start)
print(sorted(times)[len(times) // 2], value)
`;

function torch(path, turns) {
  const { status, stdout } = spawnSync("/usr/bin/python3", ["-c", program, path, String(turns)], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const [seconds, value] = stdout.split(" ").map(Number);
  return { seconds, value };
}

const rows = [];
for (const n of sizes.filter((n) => n <= Number(values.most))) {
  const path = join(folder, `${n}.npy`);
  writeRows(path, n);
  const turns = n <= 31_623 ? 5 : n <= 100_000 ? 3 : 1;
  const found = ours(path, turns);
  const other = n <= mostForTorch && existsSync("/usr/bin/python3") ? torch(path, turns) : undefined;
  rows.push({ n, ...found, other });
  rmSync(path);
  console.error(`${n}: ${found.seconds.toFixed(2)} s`);
}

const cell = (x, digits = 2) => (x === undefined ? "" : x.toFixed(digits));
const table = rows.map(({ n, whole, seconds, megabytes, value, other }) => {
  const ratio = other && seconds / other.seconds;
  const off = other && Math.abs(value - other.value).toExponential(0);
  return `| ${n.toLocaleString("en")} | ${cell(seconds)} | ${cell(whole)} | ${megabytes} | ${cell(other?.seconds)} | ${cell(ratio)} | ${off ?? ""} |`;
});
console.log(`| n | seconds | with start and end | MB at most | PyTorch | ratio | difference |
|---|---|---|---|---|---|---|
${table.join("\n")}
`);
const long = rows.filter(({ n }) => n >= 10_000);
if (long.length > 2) {
  const [xs, ys] = [long.map(({ n }) => Math.log(n)), long.map(({ seconds }) => Math.log(seconds))];
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const slope = mean(xs.map((a, i) => (a - x) * (ys[i] - y))) / mean(xs.map((a) => (a - x) ** 2));
  console.log(`From 10,000 rows on seconds grow as n to the power ${slope.toFixed(2)}.`);
}
