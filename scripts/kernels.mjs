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
    ...asText(
      "relaxed",
      "The same with multiplications and additions in one instruction, as edits of the first.",
      edits(plain.module, relaxed.module),
    ),
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

/**
 * How to make `to` of `from`, which it resembles: again and again how many bytes of its own come next and these, then from
 * where on and how many are those of `from`. Four bytes a number, little endian. Read by src/devices/cpu/module.ts.
 */
function edits(from, to) {
  const reach = 12; // what a copy costs to tell
  const places = new Map();
  for (let i = from.length - reach; i >= 0; i--)
    places.set(Buffer.from(from.subarray(i, i + reach)).toString("latin1"), i);
  const written = [];
  const number = (n) => written.push(...new Uint8Array(Uint32Array.of(n).buffer));
  let own = 0;
  let next = 0; // where the last copy would go on
  for (let at = 0; at < to.length; ) {
    const here = Buffer.from(to.subarray(at, at + reach)).toString("latin1");
    const begin = [next + at - own, places.get(here) ?? -1].find((place) => place >= 0 && lengthOf(place, at) >= reach);
    const length = begin === undefined ? 0 : lengthOf(begin, at);
    at += Math.max(1, length);
    if (length === 0 && at < to.length) continue;
    const end = at - length;
    number(end - own);
    written.push(...to.subarray(own, end));
    number(begin ?? 0);
    number(length);
    own = at;
    next = (begin ?? 0) + length;
  }
  return Uint8Array.from(written);

  /** How many bytes agree from there on. */
  function lengthOf(place, at) {
    let length = 0;
    while (at + length < to.length && from[place + length] === to[at + length]) length++;
    return length;
  }
}

/** A file with all it imports as a script. */
async function bundled(path) {
  const options = { bundle: true, minify: true, format: "iife", target: "es2023", write: false, logLevel: "error" };
  return (await build({ ...options, entryPoints: [join(cpu, path)] })).outputFiles[0].text.trim();
}

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
