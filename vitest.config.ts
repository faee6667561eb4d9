import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { defineConfig, type ViteUserConfig } from "vitest/config";

// As the command line does. Here, before any worker: a flag is the whole process's, and a spec that set it would change the
// bits of those that run beside it. Specs that want plain SIMD ask for { relaxed: false }.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The package's entry points, so that examples and tests import what a user imports. */
const entries = {
  "align-uniform/gpu": "gpu.ts",
  "align-uniform/node": "node.ts",
  "align-uniform/testing": "testing.ts",
};

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [...Object.entries(entries), ["align-uniform", "index.ts"]].map(([name, file]) => ({
      find: new RegExp(`^${name}$`),
      replacement: fileURLToPath(new URL(`src/${file}`, import.meta.url)),
    })),
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "scripts/generated.mjs", // sources that are not committed
    testTimeout: 60_000,
    pool: "threads",
    maxWorkers: "100%", // vitest would leave one core idle, which on two cores is half of them
  },
});

export default config;
