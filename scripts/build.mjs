// Builds dist/, or the folder it is given, aside and puts it in place when it is whole: the library and command line by
// tsc, the report's code and the two browser files by esbuild.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildKernels } from "./kernels.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...path) => join(root, ...path);
const target = resolve(process.argv[2] ?? at("dist"));
const [dist, old] = ["new", "old"].map((age) => `${target}.${age}-${process.pid}`);
process.on("exit", () => {
  for (const folder of [dist, old]) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2023",
  metafile: true,
  logLevel: "error",
};

await buildKernels();

// tsc writes its output even when there are type errors: only its exit code tells.
const compiler = [at("node_modules/typescript/bin/tsc"), "-p", at("tsconfig.build.json"), "--outDir", dist];
const tsc = spawnSync(process.execPath, compiler, { cwd: root, stdio: "inherit" });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

// The report draws with Plot and linkedom. Bundled, they need not be dependencies of those who install the package.
rmSync(join(dist, "cli/report"), { recursive: true });
const report = await build({
  ...common,
  entryPoints: ["src/cli/report/report.ts"],
  outfile: join(dist, "cli/report/report.js"),
  platform: "node",
  minify: true,
});
writeFileSync(join(dist, "cli/report/LICENSES.txt"), licences(report.metafile));

await build({
  ...common,
  entryPoints: ["src/index.ts"],
  outfile: join(dist, "browser.js"),
  platform: "browser",
  minify: true,
});
// Everything of browser.js, from browser.js itself, and the gpu device: there is one Tensor class on the page.
writeFileSync(join(dist, "browser-gpu.d.ts"), 'export * from "./gpu.js";\nexport * from "./index.js";\n');
const gpu = await build({
  ...common,
  stdin: { contents: 'export * from "./browser.js";\nexport * from "./src/gpu.ts";\n', resolveDir: root },
  external: ["./browser.js"],
  outfile: join(dist, "browser-gpu.js"),
  platform: "browser",
  minify: true,
});
const twice = Object.keys(gpu.metafile.inputs).filter((path) => path.startsWith("src/autograd/"));
if (twice.length > 0) throw new Error(`browser-gpu.js holds a second copy of ${twice.join(", ")}`);
writeFileSync(join(dist, "browser-gpu.LICENSES.txt"), licences(gpu.metafile));

chmodSync(join(dist, "cli/main.js"), 0o755);
if (existsSync(target)) renameSync(target, old);
renameSync(dist, target);

/** The licence texts of all packages in a bundle, and of those that a file in it, as gpu.js ships it, is built from. */
function licences(metafile) {
  const folders = new Set();
  for (const path of Object.keys(metafile.inputs)) {
    const [folder] = /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (folder === undefined) continue;
    folders.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(at(folder, "package.json"), "utf8"));
    const source = readFileSync(at(path), "utf8");
    for (const name of Object.keys(dependencies)) {
      if (source.includes(`var require_${name.replace(/\W/g, "_")} = `)) folders.add(`node_modules/${name}`);
    }
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(at(folder, "package.json"), "utf8"));
    const file = readdirSync(at(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(at(folder, file), "utf8").trim() : "(no licence file in the package)";
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
