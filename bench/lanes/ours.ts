import { execFile, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { cpu, type Device, setThreads } from "align-uniform";
import { gpu } from "align-uniform/gpu";
import type { JobOf } from "../job.ts";
import { oneNumber, waysOn } from "../ways.ts";
import { serve } from "./serve.ts";

const { values } = parseArgs({
  options: {
    device: { type: "string", default: "cpu" },
    threads: { type: "string" },
    /** Where the library was built to. */
    dist: { type: "string", default: "dist" },
  },
});

if (values.threads !== undefined) setThreads(Number(values.threads));
const device: Device = values.device === "gpu:webasm" ? await gpu({ mode: "webasm" }) : cpu;

/** Milliseconds from the start of a new Node to its end, or what it prints. */
async function start({ what }: JobOf<"start">): Promise<() => Promise<number>> {
  const execute = promisify(execFile);
  const main = join(values.dist, "cli/main.js");
  const entry = JSON.stringify(pathToFileURL(join(values.dist, "index.js")).href);
  const program = `const start = performance.now(); await import(${entry}); console.log(performance.now() - start)`;
  if (spawnSync(process.execPath, [main, "--help"]).status !== 0) throw new Error(`${main} --help fails`);
  return async () => {
    const start = performance.now();
    const args = what === "help" ? [main, "--help"] : ["--input-type=module", "--eval", program];
    const { stdout } = await execute(process.execPath, args);
    return what === "help" ? performance.now() - start : Number(stdout);
  };
}

function about(): string {
  const { build, ran } = device.report();
  if (build === undefined || Object.keys(ran).length === 0) return "";
  const most = Number(values.threads ?? availableParallelism());
  return `${build}, ${most === 1 ? "one thread" : `up to ${most} threads`}`;
}

/** gpu.js's long message for arrays that are too large for it, shortly. */
function explain(message: string): string {
  return /cannot run \d+ elements/.test(message) ? "more than 2²⁴ elements" : message;
}

const { mnistJob, uniformity, ...others } = waysOn(device, oneNumber);
await serve(device === cpu ? { ...others, mnistJob, uniformity, start } : others, { about, explain });
