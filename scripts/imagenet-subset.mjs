// Makes a subset of ImageNet by class, such as ImageNet-100: folders train/ and val/ with the classes of a list alone.
import { cp, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const usage = `node scripts/imagenet-subset.mjs FULL CLASSES OUT [--link | --copy]

  FULL      ImageNet's folder, with train/WNID/*.JPEG and val/WNID/*.JPEG
  CLASSES   a text file with a class on each line: its WNID, n02869837 for one; what follows it on the line is passed over
  OUT       where train/ and val/ are to be: a new folder, or an empty one

  --link    symbolic links to FULL's folders, which must stay where they are; so unless told otherwise
  --copy    copies of the pictures
`;

const parts = ["train", "val"];

try {
  const flags = { link: { type: "boolean" }, copy: { type: "boolean" }, help: { type: "boolean", short: "h" } };
  const { values, positionals } = parseArgs({ options: flags, allowPositionals: true });
  if (values.help) process.stdout.write(usage);
  else if (positionals.length !== 3) throw usageError(`needs FULL CLASSES OUT, got ${positionals.length} of them`);
  else if (values.link && values.copy) throw usageError("--link and --copy exclude each other");
  else await makeSubset(...positionals, values.copy === true);
} catch (error) {
  const wrongUse = error.code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`imagenet-subset: ${error.message}${wrongUse ? `\n\n${usage}` : "\n"}`);
  process.exitCode = wrongUse ? 2 : 1;
}

function usageError(message) {
  return Object.assign(new Error(message), { code: "ERR_PARSE_ARGS" });
}

async function makeSubset(full, list, out, copies) {
  const classes = await classesOf(list);
  const folders = await foldersOf(full, classes);
  const present = await readdir(out).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (present.length > 0) throw new Error(`${out} holds ${present.length} entries: name a new folder, or empty it`);

  // Aside, and put in place when it is whole.
  const whole = resolve(out);
  const aside = `${whole}.new-${process.pid}`;
  const counts = { train: 0, val: 0 };
  try {
    for (const { part, name, path } of folders) {
      const target = join(aside, part, name);
      await mkdir(dirname(target), { recursive: true });
      if (copies) await cp(path, target, { recursive: true, dereference: true });
      else await symlink(await realpath(path), target, "junction");
      counts[part] += (await readdir(path)).length;
    }
    await rename(aside, whole);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
  const told = parts.map((part) => `${counts[part]} pictures in ${join(out, part)}`);
  console.log(`${classes.length} classes ${copies ? "copied" : "linked"}: ${told.join(", ")}`);
}

/** The first word of each line that has one. */
async function classesOf(list) {
  const names = (await readFile(list, "utf8"))
    .split("\n")
    .map((line) => line.trim().split(/\s+/)[0])
    .filter(Boolean);
  if (names.length === 0) throw new Error(`${list} names no class: it needs one a line, n02869837 for one`);
  const odd = names.find((name) => !/^[\w-]+$/.test(name));
  if (odd !== undefined) throw new Error(`${list} holds "${odd}", which is no name of a class such as n02869837`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${list} names ${twice} twice`);
  return names;
}

/** Where each class's pictures are. Throws naming the classes that are missing. */
async function foldersOf(full, classes) {
  const folders = [];
  for (const part of parts) {
    const wanted = classes.map((name) => ({ part, name, path: join(full, part, name) }));
    const there = await Promise.all(
      wanted.map(({ path }) =>
        stat(path).then(
          (found) => found.isDirectory(),
          () => false,
        ),
      ),
    );
    const missing = classes.filter((_, i) => !there[i]);
    if (missing.length > 0) {
      const some = missing.length > 10 ? `${missing.slice(0, 10).join(", ")}, ...` : missing.join(", ");
      throw new Error(
        `${join(full, part)} has no folder for ${missing.length} of ${classes.length} classes: ${some}. ` +
          "Its pictures must lie in a folder for each class, as torchvision's ImageFolder has them",
      );
    }
    folders.push(...wanted);
  }
  return folders;
}
