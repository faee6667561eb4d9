// Compiles the AssemblyScript of the cpu device into src/devices/cpu/kernels.generated.ts: the WebAssembly module, with
// and without relaxed SIMD, and what its workers run, all as text, so that it travels inside the package and any bundle;
// and the types of its functions. Does nothing if the file is up to date. Run by every script that needs it; never committed.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { build, version as esbuildVersion } from "esbuild";

const cpu = join(dirname(fileURLToPath(import.meta.url)), "../src/devices/cpu");
const target = join(cpu, "kernels.generated.ts");

const flags = [
  "index.ts",
  ...["--outFile", "kernels.wasm"],
  ...["--bindings", "raw"], // for the types alone
  ...["--runtime", "stub"], // nothing is ever allocated: addresses and sizes come in as numbers
  ...["--importMemory", "--noExportMemory", "--initialMemory", "1", "--maximumMemory", "65535"],
  ...["-O3", "--noAssert", "--enable", "simd"],
];

export async function buildKernels() {
  const sources = sourcesIn("assembly");
  const made = `// Made by scripts/kernels.mjs from assembly/ and threads/, ${fingerprint(sources, sourcesIn("threads"))}`;
  if (present().startsWith(made)) return;

  const plain = await compiled(sources, []);
  const relaxed = await compiled(sources, ["--enable", "relaxed-simd"]);
  const lines = [
    made,
    "/** What the module's functions take: addresses in its memory, sizes, numbers. */",
    "export interface Exports {",
    ...signatures(plain.types).map((signature) => `  ${signature};`),
    "}",
    "",
    ...asText("plain", "The module in base64.", plain.module),
    ...asText("relaxed", "The same with multiplications and additions in one instruction.", relaxed.module),
    "/** What a worker runs: threads/worker.ts. */",
    `export const worker: string = ${JSON.stringify(await bundled("threads/worker.ts"))};`,
    "",
  ];
  // Specs and builds may run this at the same time: whoever reads the file finds one that is whole.
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, lines.join("\n"));
  renameSync(temporary, target);
}

/** The files of a folder by name, with their texts. */
function sourcesIn(folder) {
  const files = readdirSync(join(cpu, folder)).filter((name) => name.endsWith(".ts"));
  return new Map(files.sort().map((name) => [name, readFileSync(join(cpu, folder, name), "utf8")]));
}

async function compiled(sources, features) {
  const written = new Map();
  const { error, stderr } = await asc.main([...flags, ...features], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => void written.set(name, contents),
    listFiles: () => [...sources.keys()],
  });
  if (error) throw new Error(`kernels: ${stderr.toString()}${error.message}`);
  return { module: written.get("kernels.wasm"), types: written.get("kernels.d.ts") };
}

function asText(name, what, module) {
  return [`/** ${what} */`, `export const ${name}: string = "${Buffer.from(module).toString("base64")}";`, ""];
}

/** A file with all it imports as a script. */
async function bundled(path) {
  const options = { bundle: true, minify: true, format: "iife", target: "es2023", write: false, logLevel: "error" };
  return (await build({ ...options, entryPoints: [join(cpu, path)] })).outputFiles[0].text.trim();
}

/** vitest's name for what runs once before all specs. */
export const setup = buildKernels;

/** `name(a: number, ...): void` of each function that the compiler declared. */
function signatures(declarations) {
  return [...declarations.matchAll(/^ *export function (.*);$/gm)].map(([, signature]) => signature);
}

function fingerprint(...sources) {
  const own = readFileSync(fileURLToPath(import.meta.url));
  const hash = createHash("sha256").update(asc.version).update(esbuildVersion).update(own);
  for (const [name, text] of sources.flatMap((files) => [...files])) hash.update(name).update(text);
  return hash.digest("hex").slice(0, 16);
}

function present() {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return "";
  }
}
