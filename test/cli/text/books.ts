import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const words = {
  ship: ["whale", "sea", "sail", "captain", "mast", "wave", "harpoon", "deck"],
  tea: ["miss", "letter", "ball", "garden", "sister", "carriage", "visit", "cup"],
} as const;

/**
 * A book of that subject in `chapters` chapters, of `each` sentences of three to seven words. Sentences that follow each other share
 * two words, so that there is something to learn.
 */
export function bookOf(subject: keyof typeof words, chapters: number, each: number): string {
  const own = words[subject];
  const word = (k: number): string => own[(k * k + 3 * k) % own.length];
  return Array.from({ length: chapters }, (_, c) => {
    const sentences = Array.from({ length: each }, (_, i) => {
      const k = c * each + i;
      const more = Array.from({ length: (k * 7) % 5 }, (_, j) => word(k + 2 * j + 5));
      return `The ${word(k)} of a ${word(k + 1)}${more.map((other) => ` ${other}`).join("")}.`;
    });
    return `CHAPTER ${c + 1}\n\n${sentences.join(" ")}`;
  }).join("\n\n");
}

/** Two books in a folder, of twelve chapters each. */
export async function writeBooks(folder: string, each: number = 8): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const subject of ["ship", "tea"] as const) {
    await writeFile(join(folder, `${subject}.txt`), bookOf(subject, 12, each));
  }
}
