import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { named, readNamed } from "./named.ts";
import { sharpAddress } from "./pictures/decoder.ts";
import { type FilesPlace, filesReader } from "./pictures/files.ts";
import { fingerprintOf, type Hashed } from "./pictures/fingerprint.ts";
import { countOf, nameAt, namesOf } from "./pictures/names.ts";
import type { Pictures } from "./pictures/pictures.ts";

const endings = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"] as const;

/** What a folder holds, sorted by the characters' codes; names that start with a dot are passed over. */
interface Listing {
  readonly folders: readonly string[];
  readonly pictures: readonly string[];
}

/**
 * A folder of picture files in torchvision's layout (`ImageFolder`): each sub-folder is a class, and the files in it and
 * in its own sub-folders are that class's pictures, links followed. A folder without sub-folders holds pictures whose
 * class is not known. ImageNet's `train` and `val` are two such folders: `imageFolder(join(folder, "train"))`. Classes
 * and files are sorted by name, character by character, so 10.jpg comes before 2.jpg. Pictures are files that end in
 * jpg, jpeg, png, webp, bmp, gif, tif or tiff, however capitalised; others, and names that start with a dot, are passed
 * over.
 *
 * A file is read when it is asked for, and decoded to RGB as Pillow's `convert("RGB")` would, by the optional package
 * sharp. Rejects without it, for a folder that cannot be read, a class without pictures, and where pictures lie beside
 * sub-folders. Fetching rejects naming the file that cannot be decoded.
 */
export async function imageFolder(folder: string): Promise<Pictures> {
  const { folders: classes, pictures: beside } = await listing(folder);
  if (classes.length > 0 && beside.length > 0) {
    throw new Error(
      `imageFolder: ${folder} holds ${beside[0]} beside the sub-folder ${classes[0]}: put every file into the sub-folder ` +
        "of its class, or all of them into one folder",
    );
  }
  const [names, labels]: [string[], number[]] = [[], []];
  for (const [label, name] of classes.entries()) {
    const files = await picturesUnder(folder, name);
    if (files.length === 0) throw none(join(folder, name));
    for (const file of files) {
      names.push(file);
      labels.push(label);
    }
  }
  if (classes.length === 0) {
    if (beside.length === 0) throw none(folder);
    for (const name of beside) {
      names.push(name);
      labels.push(-1);
    }
  }
  const place: FilesPlace = { kind: "files", folder, names: namesOf(names), sharp: sharpAddress() };
  const { length } = names;
  return {
    ...filesReader(place),
    length,
    classes,
    labels: Int32Array.from(labels),
    shape: undefined,
    place,
    fingerprint: (progress) => fingerprintOf(contentOf(place), length, progress),
  };
}

function none(folder: string): Error {
  return new Error(`imageFolder: ${folder} needs pictures (${endings.join(", ")}), found none`);
}

async function listing(folder: string): Promise<Listing> {
  const entries = await named(folder, "read", () => readdir(folder, { withFileTypes: true }));
  const [folders, pictures]: [string[], string[]] = [[], []];
  for (const entry of entries.filter(({ name }) => !name.startsWith("."))) {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await named(path, "read", () => stat(path)) : entry;
    if (kind.isDirectory()) folders.push(entry.name);
    else if (endings.some((ending) => entry.name.toLowerCase().endsWith(`.${ending}`))) pictures.push(entry.name);
  }
  return { folders: folders.sort(), pictures: pictures.sort() };
}

/** Paths, below `root`, of the pictures in a folder and in all below it: torchvision's order, folder by folder. */
async function picturesUnder(root: string, top: string): Promise<string[]> {
  const held = new Map<string, readonly string[]>();
  const waiting = [top];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = next;
    if (folder.split("/").length > 64) throw new Error(`imageFolder: ${join(root, folder)}: a link back to itself?`);
    const { folders, pictures } = await listing(join(root, folder));
    held.set(folder, pictures);
    waiting.push(...folders.map((name) => `${folder}/${name}`));
  }
  return [...held.keys()].sort().flatMap((folder) => (held.get(folder) ?? []).map((name) => `${folder}/${name}`));
}

async function* contentOf({ folder, names }: FilesPlace): AsyncGenerator<Hashed> {
  for (let i = 0; i < countOf(names); i++) {
    const name = nameAt(names, i);
    const bytes = await readNamed(join(folder, name));
    yield { name, size: bytes.length, pieces: [bytes] };
  }
}
