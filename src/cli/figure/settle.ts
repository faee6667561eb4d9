import { UsageError } from "../io.ts";
import type { FigureConfig } from "./config.ts";
import { type FigureFlags, numberFlags } from "./flags.ts";
import type { FigureKind, FigurePart } from "./kind.ts";
import type { PictureSet } from "./pictures.ts";
import type { FigureRecord } from "./record.ts";

/** The configuration of a new figure: as many pictures as its defaults have, or as there are. Throws for more than there are. */
export function newConfig(
  { defaults: defaultsOf }: Pick<FigureKind<FigurePart>, "defaults">,
  { length, asked, name }: PictureSet,
  given: FigureFlags["given"],
): FigureConfig {
  const defaults = defaultsOf(name);
  const images = Math.min(defaults.images, length);
  const config = { ...defaults, images, testImages: Math.min(defaults.testImages, asked.length), ...given };
  for (const [flag, wanted, there] of [
    ["images", config.images, length],
    ["test-images", config.testImages, asked.length],
  ] as const) {
    if (wanted > there) throw new Error(`figure: --${flag} ${wanted}: there are ${there}, ask for as many or fewer`);
  }
  if (config.testImages < 3) throw new Error(`figure: ${asked.length} test pictures are too few: needs at least 3`);
  if (config.images < config.batchSize) {
    throw new Error(
      `figure: ${config.images} training pictures make no batch of ${config.batchSize}: lower --batch-size`,
    );
  }
  return config;
}

/** The configuration of a record that is resumed: no flag may contradict it, but there may be more encoders. */
export function resumedConfig(
  { config, parts }: FigureRecord<FigurePart>,
  given: FigureFlags["given"],
  path: string,
): FigureConfig {
  for (const [flag, { key }] of Object.entries(numberFlags)) {
    const asked = given[key];
    if (asked === undefined || asked === config[key] || (key === "encoders" && asked >= parts.length)) continue;
    throw new UsageError(
      `figure: --${flag} ${asked} contradicts ${path}, which was made with ${config[key]}: leave the flag out, or start ` +
        "anew without --resume under another --out",
    );
  }
  return { ...config, encoders: given.encoders ?? config.encoders };
}
