import { readFile } from "node:fs/promises";
import { stripsOf } from "../../metrics/strips.ts";
import { named } from "../../node/named.ts";
import { type Conclusion, conclude } from "./conclude.ts";
import type { Part } from "./part.ts";
import { readPart } from "./part-file.ts";

/** A part and the file it came from. */
export interface PartFile {
  readonly name: string;
  readonly part: Part;
}

/** What the parts in some files, in any order, come to. Throws unless they are all parts of one job, each once. */
export async function mergeFiles(names: readonly string[]): Promise<Conclusion> {
  const files: PartFile[] = [];
  for (const name of names) {
    const text = await named(name, "read", () => readFile(name, "utf8"));
    files.push({ name, part: readPart(text, name) });
  }
  checkParts(files);
  return conclude(files.map(({ part }) => part));
}

/** Throws for parts of different jobs, naming what differs, for a part that comes twice or is missing. */
export function checkParts(files: readonly PartFile[]): void {
  const [first, ...others] = files;
  for (const other of others) {
    const different = differenceOf(first.part, other.part);
    if (different !== undefined) {
      throw new Error(`${other.name} is not of the same job as ${first.name}: ${different}; merge parts of one job`);
    }
  }
  const { count } = first.part.shard;
  const seen = new Map<number, string>();
  for (const { name, part } of files) {
    const { index } = part.shard;
    const twin = seen.get(index);
    if (twin !== undefined) throw new Error(`${name} and ${twin} are both part ${index} of ${count}: leave one out`);
    seen.set(index, name);
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !seen.has(index));
  if (missing.length > 0) {
    const listed = missing.length > 20 ? `${missing.slice(0, 20).join(", ")}, ...` : missing.join(", ");
    throw new Error(
      `${missing.length} of ${count} parts missing: ${listed}; make them with metrics --shard ${missing[0]}/${count}`,
    );
  }
  checkStrips(files);
}

/** In words, what two parts of one job would have in common and these do not. */
function differenceOf({ shard: a, job: one }: Part, { shard: b, job: other }: Part): string | undefined {
  const pairs: readonly (readonly [what: string, one: unknown, other: unknown])[] = [
    ["the number of parts is", a.count, b.count],
    ["the rows are", `[${one.x.n}, ${one.x.d}]`, `[${other.x.n}, ${other.x.d}]`],
    ["the data has the SHA-256", one.sha256, other.sha256],
    ["--t is", one.ts.join(), other.ts.join()],
    ["--alpha is", one.alpha, other.alpha],
    ["normalize is", one.normalize, other.normalize],
    ["the second file is", JSON.stringify(one.y), JSON.stringify(other.y)],
    ["effective rank is", one.spectrum ? "wanted" : "left out", other.spectrum ? "wanted" : "left out"],
    ["kernels are those of", one.build, other.build],
    ["pairs are counted as", JSON.stringify(one.passes), JSON.stringify(other.passes)],
  ];
  const [what, mine, theirs] = pairs.find(([, mine, theirs]) => mine !== theirs) ?? [];
  return what === undefined ? undefined : `${what} ${String(theirs)}, there ${String(mine)}`;
}

/** Throws where strips were counted twice or not at all, as by parts that different releases cut. */
function checkStrips(files: readonly PartFile[]): void {
  for (const k of files[0].part.job.passes.keys()) {
    const ordered = files.filter(({ part }) => part.passes[k].totals.length > 0);
    ordered.sort((a, b) => a.part.passes[k].from - b.part.passes[k].from);
    let next = 0;
    for (const { name, part } of ordered) {
      const { from, totals } = part.passes[k];
      if (from !== next)
        throw new Error(
          `${name}: begins at strip ${from}, the part before ends at ${next}: make all parts with one release`,
        );
      next += totals.length;
    }
    const { n } = files[0].part.job.x;
    const all = stripsOf(n, files[0].part.job.passes[k].sizes).length;
    if (next !== all) throw new Error(`the parts end at strip ${next} of ${all}: make all parts with one release`);
  }
}
