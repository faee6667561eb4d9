import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Block, blocksOf, documents } from "./markdown.ts";
import { read, root } from "./source.ts";

const execute = promisify(execFile);

/** What a snippet imports under, and the entry of `src` it stands for. */
const entries: Readonly<Record<string, string>> = {
  "align-uniform": "index.ts",
  "align-uniform/gpu": "gpu.ts",
  "align-uniform/node": "node.ts",
  "align-uniform/testing": "testing.ts",
};

/** A program of one document: a snippet together with the ones it continues. */
interface Program {
  readonly name: string;
  readonly source: string;
  /** What it must print: the `text` block that follows it. */
  readonly prints: string | undefined;
  /** The remarks beside `console.log(...)`: each begins with the line that is printed there. */
  readonly remarks: readonly string[];
}

const isCode = ({ language }: Block): boolean => language === "ts" || language === "js";
const placing = /^(add to|new file) (src\/\S+)$/;

/** Every snippet that runs, by itself or, where it imports vitest, under vitest. One that `continues` is run after the program before it, in one file. */
function programsOf(blocks: readonly Block[]): Program[] {
  const programs: Program[] = [];
  let before = "";
  blocks.forEach((block, i) => {
    if (!isCode(block)) return;
    const { file, line, note = "", text } = block;
    if (note.startsWith("not run:") || placing.test(note)) return;
    if (note !== "" && note !== "continues") throw new Error(`${file}:${line}: what does "${note}" mean?`);
    before = note === "continues" ? before + text : text;
    const next = blocks[i + 1];
    const prints = next?.language === "text" && next.note === undefined ? next.text : undefined;
    const remarks = [...before.matchAll(/^\s*console\.log\(.*\);\s*\/\/ (.+)$/gm)].map((match) => match[1]);
    const ending = before.includes('from "vitest"') ? ".test" : "";
    const name = `${file.replaceAll("/", ".")}.L${line}${ending}`;
    programs.push({
      name,
      source: `${before}
export {};
`,
      prints,
      remarks,
    });
  });
  return programs;
}

/** The remarks that no printed line bears out, in order. A remark may go on after the line: `// 6, the sum`. */
function unfounded(remarks: readonly string[], printed: string): string[] {
  const lines = printed.split("\n");
  let next = 0;
  return remarks.filter((remark) => {
    const found = lines.findIndex((line, i) => {
      const rest = remark.slice(line.length);
      return i >= next && line !== "" && remark.startsWith(line) && /^$|^[,;:.]?\s/.test(rest);
    });
    if (found >= 0) next = found + 1;
    return found < 0;
  });
}

/** A folder with the document's programs, and a copy of `src` in which its `add to` and `new file` blocks are carried out. */
class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), "align-uniform-snippets-"));
  readonly programs: readonly Program[];

  constructor(blocks: readonly Block[]) {
    for (const name of ["node_modules", "package.json"]) symlinkSync(join(root, name), join(this.folder, name));
    for (const folder of ["src", "test/ops", "test/devices"]) {
      cpSync(join(root, folder), join(this.folder, folder), { recursive: true });
    }
    const placed: string[] = [];
    for (const { note = "", text } of blocks.filter(isCode)) {
      const [, how, path] = placing.exec(note) ?? [];
      if (path === undefined) continue;
      placed.push(path);
      if (how === "add to") appendFileSync(join(this.folder, path), `\n${text}`);
      else writeFileSync(join(this.folder, path), text, { flag: "wx" });
    }
    this.programs = programsOf(blocks);
    for (const { name, source } of this.programs) writeFileSync(join(this.folder, `${name}.ts`), source);
    const paths = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, [`./src/${file}`]]));
    const options = { paths, noUnusedLocals: false, isolatedDeclarations: false, declaration: false, noEmit: true };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions: options, include: ["*.ts", ...placed] };
    writeFileSync(join(this.folder, "tsconfig.json"), JSON.stringify(config));
    const alias = Object.entries(entries).map(([name, file]) => ({
      find: name,
      replacement: join(this.folder, "src", file),
    }));
    const vitest = { resolve: { alias: alias.reverse() }, test: { include: ["*.test.ts"] } };
    writeFileSync(join(this.folder, "vitest.config.mjs"), `export default ${JSON.stringify(vitest)};\n`);
  }

  /** The compiler's complaints. */
  async types(): Promise<string> {
    const tsc = join(root, "node_modules/.bin/tsc");
    return execute(tsc, ["-p", "."], { cwd: this.folder }).then(
      () => "",
      (error: { stdout: string }) => error.stdout,
    );
  }

  /** Runs a program in a process of its own and returns what it prints. */
  async run({ name }: Program): Promise<string> {
    const env = { ...process.env, NO_COLOR: "1" };
    if (name.endsWith(".test")) {
      const vitest = join(this.folder, "node_modules/vitest/vitest.mjs");
      return (await execute(process.execPath, [vitest, "run", `${name}.ts`], { cwd: this.folder, env })).stdout;
    }
    const outfile = join(this.folder, `${name}.mjs`);
    await build({
      entryPoints: [join(this.folder, `${name}.ts`)],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      tsconfig: join(this.folder, "tsconfig.json"),
      external: ["gpu.js", "vitest", "fast-check"],
      absWorkingDir: this.folder,
      preserveSymlinks: true,
      logLevel: "silent",
    });
    return (await execute(process.execPath, [outfile], { cwd: this.folder, env })).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const withPrograms = documents.filter((file) => programsOf(blocksOf(file)).length > 0);

describe.each(withPrograms)("the snippets of %s", (file) => {
  const blocks = blocksOf(file);
  const programs = programsOf(blocks);
  let place: Workplace;
  beforeAll(() => {
    place = new Workplace(blocks);
  });
  afterAll(() => place.remove());

  it("compile", async () => {
    expect(await place.types()).toBe("");
  });

  it.each(programs)("$name runs and prints what it says", async (program) => {
    const printed = await place.run(program);
    if (program.prints !== undefined) expect(printed).toBe(program.prints);
    expect(unfounded(program.remarks, printed), printed).toEqual([]);
  });
});

describe("documents", () => {
  const blocks = documents.flatMap((file) => blocksOf(file));

  it("say of every block what it is, and why where it does not run", () => {
    const known = ["ts", "js", "sh", "text", "json", "html", "python", "yaml"];
    const odd = blocks.filter(({ language, note }) => !known.includes(language) || /^not run:\s*$/.test(note ?? ""));
    expect(odd.map(({ file, line, language }) => `${file}:${line} ${language}`)).toEqual([]);
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const builtin = ["ci", "i", "install", "test", "start", "pack"];
    const commands = blocks
      .filter(({ language, note }) => language === "sh" && !note?.startsWith("not run:"))
      .flatMap(({ file, line, text }) =>
        text.split(/\n|&&/).flatMap((command) => {
          const words = command
            .trim()
            .replace(/\s+#.*$/, "")
            .split(/\s+/);
          return words[0] === "" || words[0].startsWith("#") ? [] : [{ where: `${file}:${line}`, words }];
        }),
      );
    const unknown = commands.filter(({ words: [program, verb, name] }) => {
      if (program === "npm")
        return verb === "run"
          ? !(name in scripts)
          : !builtin.includes(verb) || (["test", "start"].includes(verb) && !(verb in scripts));
      return !["npx", "node", "git", "cd", "align-uniform", "parallel"].includes(program);
    });
    expect(commands.length).toBeGreaterThan(0);
    expect(unknown.map(({ where, words }) => `${where}: ${words.join(" ")}`)).toEqual([]);
  });
});

describe("the check of snippets", () => {
  const fence = "```";
  const document = (...parts: string[]): Block[] => blocksOf("planted.md", parts.join("\n"));
  const checked = async (blocks: readonly Block[]): Promise<{ types: string; printed: string[] }> => {
    const place = new Workplace(blocks);
    try {
      return { types: await place.types(), printed: await Promise.all(place.programs.map((p) => place.run(p))) };
    } finally {
      place.remove();
    }
  };

  it("sees a type error, and what a program prints", async () => {
    const text = 'import { tensor } from "align-uniform";\nconst x: string = tensor(1);\nconsole.log(2 + 2);';
    const { types, printed } = await checked(document(`${fence}ts`, text, fence));
    expect(types).toMatch(/planted\.md\.L1\.ts\(2,7\): error TS2322/);
    expect(printed).toEqual(["4\n"]);
  });

  it("sees a program that throws", async () => {
    await expect(checked(document(`${fence}ts`, 'throw new Error("planted");', fence))).rejects.toThrow(/planted/);
  });

  it("runs a test file under vitest and sees it fail", async () => {
    const test = (wanted: number): Block[] => {
      const text = `import { expect, it } from "vitest";\nit("adds", () => expect(1 + 1).toBe(${wanted}));`;
      return document(`${fence}ts`, text, fence);
    };
    expect((await checked(test(2))).printed[0]).toMatch(/1 passed/);
    await expect(checked(test(3))).rejects.toThrow();
  });

  it("carries additions to the sources out in a copy, and continues snippets", async () => {
    const { types, printed } = await checked(
      document(
        "<!-- add to src/shape.ts -->",
        `${fence}ts`,
        "export const planted = 7;",
        fence,
        `${fence}ts`,
        'import { planted } from "./src/shape.ts";',
        fence,
        "<!-- continues -->",
        `${fence}ts`,
        "console.log(planted);",
        fence,
      ),
    );
    expect(types).toBe("");
    expect(printed).toEqual(["", "7\n"]);
    expect(read("src/shape.ts")).not.toContain("planted");
  });

  it("holds a remark beside console.log against what is printed", () => {
    const text = "console.log(1); // 2\nconsole.log(3); // 3, at last\nf(); // not a claim";
    const [{ remarks }] = programsOf(document(`${fence}ts`, text, fence));
    expect(remarks).toEqual(["2", "3, at last"]);
    expect(unfounded(remarks, "1\n3\n")).toEqual(["2"]);
    expect(unfounded(["30"], "3\n")).toEqual(["30"]);
    expect(unfounded(["a", "b"], "b\na\n")).toEqual(["b"]);
  });

  it("refuses a note that it does not know", () => {
    expect(() => programsOf(document("<!-- skip -->", `${fence}ts`, "1;", fence))).toThrow(/what does "skip" mean/);
  });
});
