import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../../node/index.ts";
import { pngOf } from "../report/png.ts";

/** Writes a drawing to each of the files, as SVG or as PNG by its name, each whole or not at all. */
export async function writePictures(svg: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const content = /\.png$/i.test(path) ? await pngOf(svg) : svg;
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  }
}
