// `npm run bench:gpu`: times the gpu device against the cpu device, see --help.
// Node 20 cannot run TypeScript, so esbuild turns the command and the page it opens into one file each first.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildGenerated } from "../scripts/generated.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: root, bundle: true, format: "esm", tsconfig: "tsconfig.json", logLevel: "warning" };

/** gpu/page.ts with the library and gpu.js, for a browser. */
async function bundle() {
  await buildGenerated();
  const page = { ...common, entryPoints: ["bench/gpu/page.ts"], platform: "browser", target: "es2023", write: false };
  return (await build(page)).outputFiles[0].text;
}

const outfile = join(root, "node_modules/.align-uniform/bench-gpu.mjs"); // where it finds the packages it imports
const node = { platform: "node", target: "node20", packages: "external", sourcemap: "inline", outfile };
await build({ ...common, ...node, entryPoints: ["bench/gpu/command.ts"] });
const { command } = await import(pathToFileURL(outfile).href);
process.exitCode = await command(process.argv.slice(2), { bundle, results: join(root, "bench/results.md") });
