// Kills `align-uniform train mnist` with SIGKILL at random moments, resumes it each time, and compares what it leaves with
// a run that nothing interrupted: the checkpoint's bytes, every step's losses and the results must be the same.
//   node scripts/crash.mjs [--kills 20] [--seed 0] [--cli dist/cli/main.js] [-- flags of train mnist]
// With no flags that is the whole job; `-- --data DIR --batch-size 8 --epochs 6` with a few digits takes seconds.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
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
    cli: { type: "string", default: join(import.meta.dirname, "../dist/cli/main.js") },
  },
});

const scratch = await mkdtemp(join(tmpdir(), "align-uniform-crash-"));
const [whole, killed] = [join(scratch, "whole"), join(scratch, "killed")];
try {
  const { started, milliseconds } = await uninterrupted();
  const expected = await leftIn(whole);
  const kills = Number(values.kills);
  console.log(`uninterrupted: ${expected.steps.length} steps in ${(milliseconds / 1000).toFixed(1)} s`);

  const random = mulberry32(Number(values.seed));
  let runs = 0;
  for (let kill = 1; kill <= kills; ) {
    // The moments fall on starting, training, saving and measuring as the run is long: about five kills a run.
    const wait = started * random() + (milliseconds / 2.5) * random();
    const atWrite = kill % 3 === 0; // every third one hits a file that is being written
    const { code, text } = await run(killed, wait, atWrite);
    if (code === 0) {
      compare(expected, await leftIn(killed));
      await rm(killed, { recursive: true });
      runs++;
      continue; // it was done before its moment came
    }
    if (code !== null) throw new Error(`ended with ${code} by itself:\n${text}`);
    const steps = await stepsIn(killed).catch(() => []);
    console.log(
      `kill ${kill} after ${(wait / 1000).toFixed(2)} s${atWrite ? ", at the next write" : ""}: ${steps.length} steps logged`,
    );
    kill++;
  }
  const { code, text } = await run(killed);
  if (code !== 0) throw new Error(`could not be resumed:\n${text}`);
  compare(expected, await leftIn(killed));
  console.log(`${kills} kills in ${runs + 1} runs: every run ended with the bits of the uninterrupted one`);
} finally {
  await rm(scratch, { recursive: true });
}

/** The run to compare with, and how long it took; `started` is when its folder got a log. */
async function uninterrupted() {
  const start = performance.now();
  const whenLogged = (async () => {
    while (!(await readFile(join(whole, "log.jsonl")).catch(() => undefined))) await sleep(10);
    return performance.now() - start;
  })();
  const { code, text } = await run(whole);
  if (code !== 0) throw new Error(`the uninterrupted run ended with ${code}:\n${text}`);
  return { started: await whenLogged, milliseconds: performance.now() - start };
}

/** Starts or resumes a run in `out`, and kills it after `wait` milliseconds: then, or when it next writes a temporary file. */
async function run(out, wait, atWrite) {
  const argv = [values.cli, "train", "mnist", "--resume", "--json", "--out", out, ...flags];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  const closed = new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, text }));
  });
  if (wait === undefined) return closed;
  const early = await Promise.race([closed, sleep(wait)]);
  if (early) return early;
  if (!atWrite) child.kill("SIGKILL");
  else {
    const watcher = watch(scratch, { recursive: true }, (_, name) => {
      if (name?.endsWith(".tmp")) child.kill("SIGKILL");
    });
    closed.then(() => watcher.close());
  }
  return closed;
}

/** What a run leaves that must not depend on when it was killed. */
async function leftIn(folder) {
  const log = (await readFile(join(folder, "log.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { trainingSeconds: _, measuringSeconds: __, ...result } = log.at(-1);
  return {
    files: (await readdir(folder)).sort(),
    checkpoint: await readFile(join(folder, "checkpoint.safetensors")),
    steps: await stepsIn(folder),
    result,
  };
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
