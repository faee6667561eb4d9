import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** Paths below the root of all files under `folder` with the given ending, sorted. */
export function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/**
 * Lines that hold code. Formatted code starts every block comment on a line of its own, so no lexer is needed; a line
 * that closes a comment and goes on counts.
 */
export function codeLines(source: string): string[] {
  let inComment = false;
  return source.split("\n").filter((line) => {
    const text = line.trim();
    if (!inComment && !text.startsWith("/*")) return text !== "" && !text.startsWith("//");
    const end = text.indexOf("*/");
    inComment = end < 0;
    return end >= 0 && text.slice(end + 2).trim() !== "";
  });
}
