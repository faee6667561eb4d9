import { createRequire } from "node:module";

/** This package's version; package.json lies two folders up from here in src/ and in dist/ alike. */
export const version: string = (createRequire(import.meta.url)("../../package.json") as { version: string }).version;
