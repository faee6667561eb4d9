import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../node/index.ts";

/**
 * What writes a drawing to each of these files, as SVG or as PNG by its name, each whole or not at all. Rejects now, before
 * any work, where PNG is wanted and what draws it is not installed.
 */
export async function writerOf(paths: readonly string[]): Promise<(svg: string) => Promise<void>> {
  const isPng = (path: string): boolean => /\.png$/i.test(path);
  const png = paths.some(isPng) ? await import("../report/png.ts") : undefined; // there its font lies beside it
  await png?.loadResvg();
  return async (svg) => {
    for (const path of paths) {
      const content = png && isPng(path) ? await png.pngOf(svg) : svg;
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, content);
    }
  };
}
