// Builds the two minified files for pages into a folder, a second or two: browser.js, the library, and browser-gpu.js,
// which takes all of that from the file beside it and adds the gpu device with gpu.js, so that a page has one Tensor class.
//   node scripts/browser-files.mjs FOLDER
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildKernels } from "./kernels.mjs";
import { licences } from "./licences.mjs";

const own = fileURLToPath(import.meta.url);
const root = join(dirname(own), "..");

/** Writes browser.js, browser-gpu.js and the licences of what the second one holds. */
export async function buildBrowserFiles(folder) {
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "browser", // an import of a Node module is an error here
    target: "es2023",
    minify: true,
    metafile: true,
    logLevel: "error",
    // What readParquet asks for when it is called: an import map says where a page has it.
    external: ["hyparquet", "hyparquet/*", "hyparquet-compressors"],
  };
  const [, gpu] = await Promise.all([
    build({ ...common, entryPoints: ["src/index.ts"], outfile: join(folder, "browser.js") }),
    build({
      ...common,
      stdin: { contents: 'export * from "./browser.js";\nexport * from "./src/gpu.ts";\n', resolveDir: root },
      external: [...common.external, "./browser.js", "webgpu"], // the last is for Node alone
      outfile: join(folder, "browser-gpu.js"),
    }),
  ]);
  const twice = Object.keys(gpu.metafile.inputs).filter((path) => path.startsWith("src/autograd/"));
  if (twice.length > 0) throw new Error(`browser-gpu.js holds a second copy of ${twice.join(", ")}`);
  writeFileSync(join(folder, "browser-gpu.LICENSES.txt"), licences(gpu.metafile));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === own) {
  if (process.argv[2] === undefined) throw new Error("browser-files: into which folder?");
  await buildKernels();
  await buildBrowserFiles(process.argv[2]);
}
