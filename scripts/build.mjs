// Builds dist/, or the folder it is given, aside and puts it in place when it is whole: types by tsc, and by esbuild the
// library, the command line and the two browser files.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildBrowserFiles } from "./browser-files.mjs";
import { buildGenerated } from "./generated.mjs";
import { licences } from "./licences.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...path) => join(root, ...path);
const target = resolve(process.argv[2] ?? at("dist"));
const [dist, old] = ["new", "old"].map((age) => `${target}.${age}-${process.pid}`);
process.on("exit", () => {
  for (const folder of [dist, old]) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

await buildGenerated();

// tsc writes its output even when there are type errors: only its exit code tells.
const compiler = [at("node_modules/typescript/bin/tsc"), "-p", at("tsconfig.build.json"), "--outDir", dist];
const tsc = spawnSync(process.execPath, compiler, { cwd: root, stdio: "inherit" });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

/** Bundles for Node; what several of them need is in a file of its own, so that it is there once. */
const bundles = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2023",
  platform: "node",
  logLevel: "error",
  splitting: true,
  chunkNames: "shared/[name]-[hash]",
};

// Few files, since Node takes three times as long to load the modules one by one (docs/design.md). They are not minified,
// and their maps lead a debugger to the sources, which the package brings.
const library = await build({
  ...bundles,
  entryPoints: ["index", "gpu", "node", "testing"].map((name) => `src/${name}.ts`),
  outdir: dist,
  packages: "external",
  sourcemap: true,
  sourcesContent: false,
  write: false,
});
mkdirSync(join(dist, "shared"));
for (const { path, text } of library.outputFiles) writeFileSync(path, underTheirNames(text));

/** Classes that name themselves, which esbuild calls `_Tensor` inside and a person would meet in errors and stack traces. */
function underTheirNames(text) {
  const names = [...text.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  return names.reduce((done, name) => done.replace(new RegExp(`\\b_${name}\\b`, "g"), name), text);
}

// What draws the command line's reports, Plot and linkedom, is in its files: those who install the package need not have it.
const reports = ["report", "metrics-report", "metrics-figures", "png"].map((name) => `report/${name}`);
rmSync(join(dist, "cli"), { recursive: true });
const cli = await build({
  ...bundles,
  metafile: true,
  entryPoints: Object.fromEntries(["main", ...reports].map((name) => [name, `src/cli/${name}.ts`])),
  outdir: join(dist, "cli"),
  external: Object.keys(JSON.parse(readFileSync(at("package.json"), "utf8")).peerDependencies),
  minify: true,
});
writeFileSync(join(dist, "cli/LICENSES.txt"), licences(cli.metafile));
cpSync(at("src/cli/report/font"), join(dist, "cli/report/font"), { recursive: true });

await buildBrowserFiles(dist);
// It exports everything of browser.js and the gpu device.
writeFileSync(join(dist, "browser-gpu.d.ts"), 'export * from "./gpu.js";\nexport * from "./index.js";\n');

chmodSync(join(dist, "cli/main.js"), 0o755);
if (existsSync(target)) renameSync(target, old);
renameSync(dist, target);
