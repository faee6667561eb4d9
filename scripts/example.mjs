// `npm run example 05` runs the example whose name starts so, from source; a path to any .ts file works as well.
// Node 20 cannot run TypeScript, so esbuild turns it into one file first.
import { mkdir, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildGenerated } from "./generated.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const examples = (await readdir(join(root, "examples"))).filter((name) => name.endsWith(".ts")).sort();
const wanted = process.argv[2];
const found = wanted?.endsWith(".ts")
  ? resolve(wanted)
  : examples.filter((name) => wanted && name.startsWith(wanted)).map((name) => join(root, "examples", name))[0];

if (found === undefined) {
  console.error(`example: ${wanted ? `no example starts with "${wanted}"` : "which one?"} Try npm run example 05, of:`);
  for (const name of examples) console.error(`  ${basename(name, ".ts")}`);
  process.exitCode = 2;
} else {
  const folder = join(root, "node_modules/.align-uniform"); // where the program finds the packages it imports
  const outfile = join(folder, `${basename(found, ".ts")}.mjs`);
  await mkdir(folder, { recursive: true });
  await buildGenerated();
  await build({
    entryPoints: [found],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    // Entry points of the package as tsconfig.json maps them; all other packages are found where they are installed.
    tsconfig: join(root, "tsconfig.json"),
    external: ["gpu.js", "vitest", "fast-check"],
    logLevel: "warning",
  });
  await import(pathToFileURL(outfile).href);
}
