import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandLine } from "../../../src/cli/command-line.ts";
import { generator } from "../../../src/ops/index.ts";
import { type Ran, ran, type Surroundings } from "../tiny.ts";

/** `align-uniform figure ARGV`. */
export function figure(argv: readonly string[], how: Surroundings = {}): Promise<Ran> {
  return ran((io) => commandLine(["figure", ...argv], io), how);
}

/** What makes a figure small: four steps of 16 pictures to train an encoder. */
export const tiny: readonly string[] = ["--images", "64", "--test-images", "30", "--batch-size", "16", "--epochs", "1"];

/** A figure's numbers, without the times: equal for equal runs. */
export async function numbersIn(path: string): Promise<Record<string, unknown> & { parts: Record<string, unknown>[] }> {
  const { parts, ...record } = JSON.parse(await readFile(path, "utf8"));
  return { ...record, parts: parts.map((part: object) => ({ ...part, seconds: 0 })) };
}

/** Writes the binary version of a small CIFAR-10 into a new folder and returns its path: every label has a colour of its own. */
export async function writeColours(folder: string, counts: Readonly<Record<string, number>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [file, count] of Object.entries(counts)) {
    const g = generator(count).fork(file);
    const bytes = new Uint8Array(count * 3073);
    for (let i = 0; i < count; i++) {
      const label = g.below(10);
      bytes[i * 3073] = label;
      for (let p = 0; p < 3072; p++) {
        const channel = Math.floor(p / 1024);
        bytes[i * 3073 + 1 + p] = ((label * (channel + 3) * 37) % 200) + g.below(50);
      }
    }
    await writeFile(join(folder, file), bytes);
  }
  return folder;
}
