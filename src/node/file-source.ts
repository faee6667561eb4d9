import { type FileHandle, open } from "node:fs/promises";
import { type ByteSource, chunksOf, inMemory } from "../formats/byte-source.ts";
import { inflate } from "../formats/inflate.ts";
import { named } from "./named.ts";

/** A file that stays open, or what came from one that can be read only once. */
export interface FileSource extends ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** Whether it was compressed with gzip. */
  readonly gzip: boolean;
  close(): Promise<void>;
}

/** Something that can be read only once, such as `process.stdin`. */
export type Stdin = AsyncIterable<Uint8Array | string>;

/** Most bytes that compressed data may become, and that come through a pipe, 2 GiB: they are held in memory. */
export const mostInflated: number = 2 ** 31;

/** What to do with more: a file that is not compressed is read where it lies. */
export const inflatedRemedy = "decompress it first, as plain files need not fit into memory";

/**
 * Opens a file for reading at any place. `-` is standard input, which, like pipes and files compressed with gzip, is held
 * in memory. Reading rejects, naming the file, if it was changed or cut since. Rejects for more
 * than 2 GiB of what is held.
 */
export async function openFileSource(path: string, stdin?: Stdin): Promise<FileSource> {
  const plain = await openPlain(path, stdin);
  let gzip = true;
  try {
    const magic = await plain.read(0, Math.min(2, plain.size));
    gzip = magic[0] === 0x1f && magic[1] === 0x8b;
    if (!gzip) return plain;
    const told = { what: `${plain.name}: the gzip data`, limit: mostInflated, remedy: inflatedRemedy };
    return { ...held(plain.name, await collect(inflate(chunksOf(plain), "gzip", told), plain.name)), gzip };
  } finally {
    if (gzip) await plain.close(); // also where reading fails
  }
}

/** The same for bytes that are taken as they are, also where they begin as gzip does. */
export async function openPlain(path: string, stdin?: Stdin): Promise<FileSource> {
  if (path === "-") {
    if (stdin === undefined) throw new Error("standard input: is not to be had here: name a file instead of -");
    return held("standard input", await collect(stdin, "standard input"));
  }
  const file = await named(path, "read", () => open(path));
  try {
    const { size, mtimeNs, folder, plain } = await statOf(file);
    if (folder) throw new Error(`${path}: is a folder, a file is needed: name a file in it`);
    if (plain)
      return { name: path, gzip: false, size, read: reader(file, path, size, mtimeNs), close: () => file.close() };
    const pieces = await collect(file.createReadStream(), path);
    return held(path, pieces);
  } catch (error) {
    await file.close().catch(() => {}); // what was wrong first counts
    throw error;
  }
}

function reader(file: FileHandle, path: string, size: number, written: bigint): ByteSource["read"] {
  return async (position, length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const most = Math.min(length - at, 2 ** 30); // Node reads up to 2 GiB at once
      const { bytesRead } = await named(path, "read", () => file.read(out, at, most, position + at));
      if (bytesRead === 0) {
        throw new Error(
          `${path}: ends at byte ${position + at} of the ${size} it had when it was opened: it was cut since`,
        );
      }
      at += bytesRead;
    }
    // After reading: whatever was written before this is seen.
    const now = await statOf(file);
    if (now.size === size && now.mtimeNs === written) return out;
    throw new Error(`${path}: has changed since it was opened: begin again when nothing writes to it any more`);
  };
}

async function statOf(file: FileHandle): Promise<{ size: number; mtimeNs: bigint; folder: boolean; plain: boolean }> {
  const stat = await file.stat({ bigint: true });
  return { size: Number(stat.size), mtimeNs: stat.mtimeNs, folder: stat.isDirectory(), plain: stat.isFile() };
}

function held(name: string, pieces: readonly Uint8Array[]): FileSource {
  return { ...inMemory(pieces), name, gzip: false, close: async () => {} };
}

async function collect(stream: Stdin, name: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    length += pieces[pieces.length - 1].length;
    if (length > mostInflated) {
      throw new RangeError(
        `${name}: holds more than ${mostInflated} bytes: write it to a file, which need not fit into memory`,
      );
    }
  }
  return pieces;
}
