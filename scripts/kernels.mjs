// Compiles the AssemblyScript of the cpu device into src/devices/cpu/kernels.generated.ts: the WebAssembly module as
// text, so that it travels inside the package and any bundle, and the types of its functions. Does nothing if the file
// is up to date. Run by every script that needs it; never committed.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

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
  const folder = join(cpu, "assembly");
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const sources = new Map(files.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const made = `// Made by scripts/kernels.mjs from assembly/, ${fingerprint(sources)}`;
  if (present().startsWith(made)) return;

  const written = new Map();
  const { error, stderr } = await asc.main(flags, {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => void written.set(name, contents),
    listFiles: () => [...sources.keys()],
  });
  if (error) throw new Error(`kernels: ${stderr.toString()}${error.message}`);
  const module = written.get("kernels.wasm");
  const lines = [
    made,
    "/** What the module's functions take: addresses in its memory, sizes, numbers. */",
    "export interface Exports {",
    ...signatures(written.get("kernels.d.ts")).map((signature) => `  ${signature};`),
    "}",
    "",
    `/** The module, ${module.length} bytes, in base64. */`,
    `export const kernels: string = "${Buffer.from(module).toString("base64")}";`,
    "",
  ];
  // Specs and builds may run this at the same time: whoever reads the file finds one that is whole.
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, lines.join("\n"));
  renameSync(temporary, target);
}

/** vitest's name for what runs once before all specs. */
export const setup = buildKernels;

/** `name(a: number, ...): void` of each function that the compiler declared. */
function signatures(declarations) {
  return [...declarations.matchAll(/^ *export function (.*);$/gm)].map(([, signature]) => signature);
}

function fingerprint(sources) {
  const hash = createHash("sha256").update(asc.version).update(flags.join(" "));
  for (const [name, text] of sources) hash.update(name).update(text);
  return hash.digest("hex").slice(0, 16);
}

function present() {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return "";
  }
}
