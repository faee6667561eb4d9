import { filesUnder, read } from "./source.ts";

/** A fenced block of a Markdown file. */
export interface Block {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the opening fence: `ts`, `sh`, `text`, ... */
  readonly language: string;
  readonly text: string;
  /**
   * What a comment `<!-- ... -->` on the line above says of it:
   * `not run: REASON`, `continues` (after the snippet before it), `add to src/FILE`, `new file src/FILE`.
   */
  readonly note: string | undefined;
}

/** The documents a user reads. */
export const documents: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...filesUnder("docs", ".md"),
  ...filesUnder("examples", ".md"),
];

export function blocksOf(file: string, text: string = read(file)): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let open: { line: number; fence: string; language: string; note: string | undefined } | undefined;
  let body: string[] = [];
  lines.forEach((line, i) => {
    const fence = /^(`{3,})(.*)$/.exec(line.trim());
    if (open === undefined && fence) {
      const note = /^<!--\s*(.*?)\s*-->$/.exec(lines[i - 1]?.trim() ?? "")?.[1];
      open = { line: i + 1, fence: fence[1], language: fence[2].trim(), note };
      body = [];
    } else if (open && line.trim() === open.fence) {
      blocks.push({ file, line: open.line, language: open.language, note: open.note, text: `${body.join("\n")}\n` });
      open = undefined;
    } else if (open) body.push(line);
  });
  if (open) throw new Error(`${file}:${open.line}: this block is never closed`);
  return blocks;
}

/** A Markdown text without its fenced blocks and inline code. */
export function prose(text: string): string {
  return text.replace(/^\s*(`{3,})[\s\S]*?^\s*\1\s*$/gm, "").replace(/`[^`\n]*`/g, "");
}

/** The anchors that GitHub gives a document's headings. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.replace(/^\s*(`{3,})[\s\S]*?^\s*\1\s*$/gm, "").matchAll(/^#{1,6}\s+(.*)$/gm)].map(([, heading]) => {
    const slug = heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
