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

/** Instead of these sources, takes the names given from the minified file, which lies beside the bundle. */
export function fromMinified(names: Readonly<Record<string, readonly string[]>>): Plugin {
  return {
    name: "from the minified file",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.\/browser-gpu\.js$/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const taken = names[relative(root, path)];
        return taken && { contents: `export { ${taken} } from "./browser-gpu.js";` };
      });
    },
  };
}
