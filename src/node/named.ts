import { readFile } from "node:fs/promises";

/** The bytes of a file. Throws naming it: Node's own error for a folder, say, does not. */
export async function readNamed(path: string): Promise<Uint8Array> {
  return named(path, "read", () => readFile(path));
}

/** What `work` on the file resolves to; what the system refuses is thrown with the file's name, and its `code` kept. */
export async function named<T>(path: string, verb: "read" | "write", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const told = code === "EISDIR" ? `it is a folder, a file is needed (${message})` : message;
    throw Object.assign(new Error(`cannot ${verb} ${path}: ${told}`, { cause }), { code });
  }
}
