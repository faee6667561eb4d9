// Kills `align-uniform train` (mnist, or another --task) with SIGKILL at random moments, resumes it each time, and compares what it leaves with
// a run that nothing interrupted: the checkpoint's bytes, every step's losses and the results must be the same. The
// moments are spread over the four phases of a run; how many hit each is printed, and all four must be hit: a machine that is
// busy with other work makes kills miss the phase they were meant for, so up to four times as many come where one was not hit.
//   node scripts/crash.mjs [--kills 20] [--seed 0] [--task mnist] [--cli dist/cli/main.js] [-- flags of train]
// With no flags that is the whole job; `-- --data DIR --batch-size 8 --epochs 6` with a few digits takes seconds.
import { spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";

const end = process.argv.indexOf("--");
const [own, flags] = end < 0 ? [process.argv.slice(2), []] : [process.argv.slice(2, end), process.argv.slice(end + 1)];
const { values } = parseArgs({
  args: own,
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "0" },
    task: { type: "string", default: "mnist" },
    cli: { type: "string", default: join(import.meta.dirname, "../dist/cli/main.js") },
  },
});

const scratch = await mkdtemp(join(tmpdir(), "align-uniform-crash-"));
const [whole, killed] = [join(scratch, "whole"), join(scratch, "killed")];
const kills = Number(values.kills);
const counts = { "before the folder": 0, training: 0, "at a checkpoint write": 0, measuring: 0 };
try {
  const took = await uninterrupted();
  const expected = await leftIn(whole);
  console.log(`uninterrupted: ${expected.steps.length} steps in ${(took.all / 1000).toFixed(1)} s`);

  const random = mulberry32(Number(values.seed));
  let [runs, start] = [0, took.started];
  let kill = 1;
  while (kill <= kills || (missed().length > 0 && kill <= 4 * kills)) {
    const [[phase]] = Object.entries(counts).sort(([, a], [, b]) => a - b); // the one that was hit least
    if (phase === "before the folder") await finish();
    const { code, text } = await run(killed, (child) => moment(phase, child));
    if (code === 0) {
      await finish(); // it was done before its moment came
      continue;
    }
    if (code !== null) throw new Error(`ended with ${code} by itself:\n${text}`);
    const { hit, steps } = await found(expected.steps.length);
    counts[hit]++;
    if (phase === "before the folder" && hit !== phase) start /= 2; // it starts faster than the first time
    console.log(`kill ${kill}: ${hit}, ${steps} steps logged`);
    kill++;
  }
  await finish();
  console.log(
    Object.entries(counts)
      .map(([phase, count]) => `${phase} ${count}`)
      .join(", "),
  );
  if (missed().length > 0) throw new Error(`no kill came ${missed().join(" nor ")}: ask for more --kills`);
  console.log(`${kill - 1} kills in ${runs} runs: every run ended with the bits of the uninterrupted one`);

  /** The phases that no kill hit. */
  function missed() {
    return Object.keys(counts).filter((phase) => counts[phase] === 0);
  }

  /** Carries the killed run to its end and compares. */
  async function finish() {
    if (!existsSync(killed)) return;
    const { code, text } = await run(killed);
    if (code !== 0) throw new Error(`could not be resumed:\n${text}`);
    compare(expected, await leftIn(killed));
    await rm(killed, { recursive: true });
    runs++;
  }

  /** Waits for a random moment of the phase, and kills. */
  async function moment(phase, child) {
    const running = () => child.exitCode === null && child.signalCode === null;
    const logged = () =>
      stepsIn(killed).then(
        (steps) => steps.length,
        () => 0,
      );
    if (phase === "before the folder") await sleep(start * 0.9 * random());
    const before = await logged();
    if (phase === "training" || phase === "at a checkpoint write") {
      while (running() && (await logged()) === before) await sleep(5);
      await sleep((took.training / 3) * random());
    }
    if (phase === "at a checkpoint write") {
      const watcher = watch(killed, (_, name) => {
        if (/^checkpoint.*\.tmp$/.test(name ?? "")) child.kill("SIGKILL");
      });
      child.on("close", () => watcher.close());
      return;
    }
    if (phase === "measuring") {
      while (running() && (await logged()) < expected.steps.length) await sleep(20);
      await sleep(took.measuring * 0.9 * random());
    }
    child.kill("SIGKILL");
  }
} finally {
  await rm(scratch, { recursive: true });
}

/** In which phase the kill came, by what lies there. */
async function found(all) {
  const files = await readdir(killed).catch(() => []);
  const steps = files.includes("log.jsonl") ? (await stepsIn(killed)).length : 0;
  if (files.some((name) => /^checkpoint.*\.tmp$/.test(name))) return { hit: "at a checkpoint write", steps };
  if (!files.includes("log.jsonl")) return { hit: "before the folder", steps };
  return { hit: steps === all ? "measuring" : "training", steps };
}

/** The run to compare with, and the milliseconds until its folder got a log, of training, of measuring, and in all. */
async function uninterrupted() {
  const start = performance.now();
  const whenLogged = (async () => {
    while (!(await readFile(join(whole, "log.jsonl")).catch(() => undefined))) await sleep(10);
    return performance.now() - start;
  })();
  const { code, text } = await run(whole);
  if (code !== 0) throw new Error(`the uninterrupted run ended with ${code}:\n${text}`);
  const all = performance.now() - start;
  const { trainingSeconds, measuringSeconds } = (await linesIn(whole)).at(-1);
  return { started: await whenLogged, training: 1000 * trainingSeconds, measuring: 1000 * measuringSeconds, all };
}

/** Starts or resumes a run in `out`, which `disturb` may kill. */
async function run(out, disturb) {
  const argv = [values.cli, "train", values.task, "--resume", "--json", "--out", out, ...flags];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  const closed = new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, text }));
  });
  await disturb?.(child);
  return closed;
}

/** What a run leaves that must not depend on when it was killed. */
async function leftIn(folder) {
  const { trainingSeconds: _, measuringSeconds: __, ...result } = (await linesIn(folder)).at(-1);
  return {
    files: (await readdir(folder)).sort(),
    checkpoint: await readFile(join(folder, "checkpoint.safetensors")),
    steps: await stepsIn(folder),
    result,
  };
}

async function linesIn(folder) {
  const lines = (await readFile(join(folder, "log.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** The lines of the steps, as text. */
async function stepsIn(folder) {
  const lines = (await readFile(join(folder, "log.jsonl"), "utf8")).split("\n");
  return lines.filter((line) => line.startsWith('{"type":"step"'));
}

function compare(expected, found) {
  for (const part of Object.keys(expected)) {
    if (isDeepStrictEqual(found[part], expected[part])) continue;
    const told = part === "checkpoint" ? "other bytes" : JSON.stringify(found[part]).slice(0, 500);
    throw new Error(`${part} is not that of the uninterrupted run: ${told}`);
  }
}

/** Uniform numbers in [0, 1) from a 32-bit seed (Tommy Ettinger's mulberry32). */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}
