// Bundles what threads that make views run, src/node/views/worker.ts with all it imports, as text into
// src/node/views/worker.generated.ts, so that it travels inside the package and any bundle. Never committed.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src/node/views/worker.generated.ts");

export async function buildViews() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/node/views/worker.ts"],
    bundle: true,
    minify: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    write: false,
    logLevel: "error",
  });
  const text = JSON.stringify(outputFiles[0].text.trim());
  const made = `// Made by scripts/views.mjs.\n/** What a worker runs: worker.ts. */\nexport const worker: string = ${text};\n`;
  if (present() === made) return;
  // Specs and builds may run this at the same time: whoever reads the file finds one that is whole.
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, made);
  renameSync(temporary, target);
}

function present() {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return "";
  }
}
