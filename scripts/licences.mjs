import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...path) => join(root, ...path);

/** The licence texts of all packages in a bundle, and of those that a file in it, as gpu.js ships it, is built from. */
export function licences(metafile) {
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
