import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A module of test/browser/pages/ for a browser, with all it imports, and which sources that took. */
export async function bundled(
  name: string,
  plugins: Plugin[] = [],
): Promise<{ readonly code: string; readonly sources: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`test/browser/pages/${name}`],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    write: false,
    metafile: true,
    logLevel: "error",
    plugins,
  });
  return { code: outputFiles[0].text, sources: Object.keys(metafile.inputs).filter((path) => path.startsWith("src/")) };
}

/** Takes what these sources export from the minified file instead, which lies beside the bundle. */
export function fromMinified(sources: readonly string[]): Plugin {
  return {
    name: "from the minified file",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!sources.includes(relative(root, path))) return undefined;
        const names = Object.keys(await import(path));
        return { contents: `export { ${names} } from "./browser-gpu.js";` };
      });
    },
  };
}
