import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Letters for every machine, so that a picture never lacks its text: font/LICENSE.txt says where they are from. */
const font = fileURLToPath(new URL("./font/inter.ttf", import.meta.url));

/** What draws PNG. Rejects, saying how to install it, where it is not. */
export async function loadResvg(): Promise<typeof import("@resvg/resvg-js")> {
  return import("@resvg/resvg-js").catch((cause: unknown) => {
    throw new Error("PNG files need @resvg/resvg-js, install it: npm i @resvg/resvg-js", { cause });
  });
}

/**
 * An SVG file as PNG, two pixels for each of its units. Letters are the package's own Inter; only those that it has not, which
 * are those beyond Latin, come from the fonts of the machine. Rejects where `@resvg/resvg-js` is not installed, or the SVG is
 * not well-formed.
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await loadResvg();
  await access(font); // where it lacks, resvg would leave the text out without a word
  const options = { fontFiles: [font], defaultFontFamily: "Inter", sansSerifFamily: "Inter" };
  return new Resvg(svg, { font: options, fitTo: { mode: "zoom", value: 2 } }).render().asPng();
}
