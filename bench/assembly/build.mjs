// Compiles roof.ts into a folder: roof-plain.wasm, and roof-relaxed.wasm, whose multiplications and additions are
// one instruction. It takes `madd` from the cpu device's own sources.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const at = (path) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const sources = new Map([
  ["roof.ts", at("roof.ts")],
  ["lanes.ts", at("../../src/devices/cpu/assembly/lanes.ts")],
]);
const common = ["roof.ts", "--outFile", "roof.wasm", "--runtime", "stub", "--importMemory", "-O3", "--noAssert"];
const features = { plain: ["simd"], relaxed: ["simd", "relaxed-simd"] };

/** The paths of both. */
export async function buildRoofs(folder) {
  const paths = {};
  for (const [name, enabled] of Object.entries(features)) {
    const written = new Map();
    const { error, stderr } = await asc.main([...common, ...enabled.flatMap((feature) => ["--enable", feature])], {
      readFile: (name) => sources.get(name) ?? null,
      writeFile: (name, contents) => void written.set(name, contents),
      listFiles: () => [...sources.keys()],
    });
    if (error) throw new Error(`roof: ${stderr.toString()}${error.message}`);
    paths[name] = join(folder, `roof-${name}.wasm`);
    writeFileSync(paths[name], written.get("roof.wasm"));
  }
  return paths;
}
