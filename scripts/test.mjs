// `npm test`: everything that must hold, on two lanes so that two cores are busy. Fails if any part fails.
// The last line is the specs' count; a part that is not made of specs counts only when it fails.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGenerated } from "./generated.mjs";

const scratch = await mkdtemp(join(tmpdir(), "align-uniform-test-"));
const report = join(scratch, "specs.json");
await buildGenerated(); // every part reads what it makes

const parts = {
  build: [["node", "scripts/build.mjs"]],
  types: [["npx", "tsc", "--noEmit", "-p", "."]],
  "lint and format": [["npx", "biome", "ci", "--error-on-warnings", "."]],
  specs: [["npx", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]],
  package: [
    ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", scratch],
    ["npx", "publint", "run", join(scratch, await tarball()), "--strict"],
    ["npx", "attw", "--profile", "esm-only", join(scratch, await tarball())],
  ],
};

/** The file name that `npm pack` will choose. */
async function tarball() {
  const { name, version } = JSON.parse(await readFile("package.json", "utf8"));
  return `${name}-${version}.tgz`;
}

/** Runs the commands of a part one after the other and prints one line, after their output if they failed. */
async function run(name) {
  const start = performance.now();
  let output = "";
  let ok = true;
  for (const [command, ...args] of parts[name]) {
    const { code, text } = await execute(command, args);
    output += text;
    ok = code === 0;
    if (!ok) break;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (!ok || name === "specs") process.stdout.write(`${output}\n`);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(16)} ${seconds.padStart(6)} s`);
  return ok;
}

function execute(command, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    }
    child.on("error", (error) => resolve({ code: 1, text: `${command}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ code, text }));
  });
}

/** Passed, failed and skipped specs; a file that could not even be loaded counts as one failed spec. */
async function counts() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      await readFile(report, "utf8"),
    );
    const unloaded = testResults.filter(
      (file) => file.status === "failed" && !file.assertionResults.some((spec) => spec.status === "failed"),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + unloaded.length,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function inTurn(names) {
  const failed = [];
  for (const name of names) if (!(await run(name))) failed.push(name);
  return failed;
}

// The package checks read dist/; the specs build what they need of it themselves.
const lanes = [inTurn(["specs"]), inTurn(["build", "types", "lint and format", "package"])];
const failedParts = (await Promise.all(lanes)).flat();
const { passed, failed, skipped } = await counts();
await rm(scratch, { recursive: true });
// Specs count one by one; as a part only where that finds none, as when an error comes between two of them.
const others = failedParts.filter((name) => name !== "specs" || failed === 0).length;
if (failedParts.length > 0) console.log(`failed: ${failedParts.join(", ")}`);
console.log(`${passed} passed, ${failed + others} failed, ${skipped} skipped`);
process.exitCode = failedParts.length === 0 ? 0 : 1;
