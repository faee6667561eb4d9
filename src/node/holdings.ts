import { readdir } from "node:fs/promises";

/** What an error says of a folder in which a file is missing: "which holds ...", or that it is none. */
export async function holdings(folder: string): Promise<string> {
  const found = await readdir(folder).catch(() => undefined);
  if (found === undefined) return "which is no folder";
  const names = found.sort();
  return `which holds ${names.length > 8 ? `${names.slice(0, 8).join(", ")}, ...` : names.join(", ") || "nothing"}`;
}
