// `npm run bench`: times the cpu device beside other libraries, see --help.
// Node 20 cannot run TypeScript, so esbuild turns the command and each program that it times into one file first.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildGenerated } from "../scripts/generated.mjs";
import { buildRoofs } from "./assembly/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = join(root, "node_modules/.align-uniform"); // where programs find the packages they import
const dist = join(root, "dist.bench");
const peers = join(root, "bench/peers/node_modules");

/** One module of a file for Node, in the folder `to`; packages stay outside unless `inside`. */
async function bundled(path, to = scratch, inside = false) {
  const outfile = join(to, `bench-${path.replace(/^.*\//, "").replace(/\.\w+$/, "")}.mjs`);
  await build({
    ...{ absWorkingDir: root, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "error" },
    ...{ tsconfig: "tsconfig.json", sourcemap: "inline", entryPoints: [path], outfile },
    ...(inside ? withPackages : { packages: "external" }),
  });
  return outfile;
}

/** tfjs-core has its gradients in modules alone, which Node cannot load as they are; what else it has asks for `require`. */
const withPackages = {
  mainFields: ["module", "main"],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url), __filename = import.meta.filename ?? '', __dirname = import.meta.dirname ?? '';",
  },
};

async function builtPeers() {
  if (!existsSync(join(peers, "@tensorflow/tfjs-backend-wasm")) || !existsSync(join(peers, "@jax-js/jax")))
    return undefined;
  return {
    tfjs: await bundled("bench/peers/tfjs.mjs", join(peers, ".bench"), true),
    jax: await bundled("bench/peers/jax.mjs", join(peers, ".bench")),
    wasm: join(peers, "@tensorflow/tfjs-backend-wasm/dist/"),
  };
}

function versionIn(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).version : "";
}

/** This package's version and, in a repository, its commit. */
function ourVersion() {
  const version = versionIn(join(root, "package.json"));
  try {
    const git = ["describe", "--always", "--dirty", "--exclude=*"];
    const quiet = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return `align-uniform ${version} at ${execFileSync("git", git, quiet).trim()}`;
  } catch {
    return `align-uniform ${version}`;
  }
}

/** The programs; with `library`, also what a user installs. */
async function buildAll(library) {
  process.stderr.write("building\n");
  await buildGenerated();
  mkdirSync(scratch, { recursive: true });
  if (library) execFileSync(process.execPath, [join(root, "scripts/build.mjs"), dist], { stdio: "inherit" });
  const roofs = await buildRoofs(scratch);
  const relaxed = WebAssembly.validate(readFileSync(roofs.relaxed));
  return {
    ours: await bundled("bench/lanes/ours.ts"),
    gpujs: await bundled("bench/lanes/gpujs.mjs"),
    roof: { ...roofs, lane: await bundled("bench/lanes/roof.ts") },
    peers: await builtPeers(),
    relaxedFlags: relaxed ? [] : ["--experimental-wasm-relaxed-simd"],
    root,
    dist,
    versions: {
      ours: ourVersion(),
      "gpu.js": versionIn(join(root, "node_modules/gpu.js/package.json")),
      tfjs: versionIn(join(peers, "@tensorflow/tfjs-core/package.json")),
      jax: versionIn(join(peers, "@jax-js/jax/package.json")),
    },
  };
}

const { command } = await import(pathToFileURL(await bundled("bench/cpu/command.ts")).href);
process.exitCode = await command(process.argv.slice(2), { build: buildAll, results: join(root, "bench/results.md") });
