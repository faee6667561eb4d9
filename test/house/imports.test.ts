import { builtinModules } from "node:module";
import { dirname, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { codeLines, filesUnder, read } from "./source.ts";

/** From the ground up; an import points to a lower floor or stays inside its own folder. */
const floors: readonly (readonly string[])[] = [
  ["shape.ts", "random.ts", "options.ts", "onnx.ts", "version.ts"],
  ["devices"],
  ["gpu.ts"],
  ["autograd"],
  ["ops"],
  ["nn", "losses", "formats"],
  ["models", "metrics", "data"],
  ["index.ts"],
  ["node"],
  ["node.ts"],
  ["cli", "testing"],
  ["testing.ts"],
];

/** Only from here up may a file import one of Node's modules. */
const nodeFloor = floors.findIndex((rooms) => rooms.includes("node"));

/** What each file imports: sources by path below src/. */
type Sources = Readonly<Record<string, string>>;

const room = (file: string): string => file.split("/")[0];
const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(room(file)));

/** Everything a source imports or re-exports: types, side effects and dynamic imports too. */
function specifiers(source: string): string[] {
  const code = codeLines(source).join("\n");
  const patterns = [
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"/gm,
    /^\s*import\s*"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]));
}

const resolve = (from: string, to: string): string => normalize(`${dirname(from)}/${to}`);

function arrows(sources: Sources): [from: string, to: string][] {
  return Object.entries(sources).flatMap(([from, source]) =>
    specifiers(source)
      .filter((to) => to.startsWith("."))
      .map((to): [string, string] => [from, resolve(from, to)]),
  );
}

/** Arrows that point up, or sideways to a neighbour, and files that stand on no floor. */
function wrongArrows(sources: Sources): string[] {
  const lost = Object.keys(sources).filter((file) => floorOf(file) < 0);
  const wrong = arrows(sources).filter(
    ([from, to]) => floorOf(to) < 0 || (room(from) !== room(to) && floorOf(from) <= floorOf(to)),
  );
  return [...lost.map((file) => `${file} is on no floor`), ...wrong.map(([from, to]) => `${from} -> ${to}`)];
}

/** Circles among files, each as the path that closes it. */
function circles(sources: Sources): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of arrows(sources)) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of Object.keys(sources)) walk(file, []);
  return found;
}

/** Files below node/ that import one of Node's modules. */
function nodeImports(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, source]) =>
    floorOf(file) >= nodeFloor
      ? []
      : specifiers(source)
          .filter((to) => to.startsWith("node:") || builtinModules.includes(to))
          .map((to) => `${file} -> ${to}`),
  );
}

describe("imports", () => {
  const sources: Sources = Object.fromEntries(
    filesUnder("src", ".ts").map((path) => [path.slice("src/".length), read(path)]),
  );

  it("see the arrows there are", () => {
    expect(arrows(sources)).toContainEqual(["losses/uniform.ts", "ops/index.ts"]);
    expect(arrows(sources)).toContainEqual(["index.ts", "ops/methods.ts"]);
    expect(arrows(sources).length).toBeGreaterThan(100);
  });

  it("point down or stay in their folder", () => {
    expect(wrongArrows(sources)).toEqual([]);
  });

  it("make no circle, types included", () => {
    expect(circles(sources)).toEqual([]);
  });

  it("reach for Node's modules from node/ up only", () => {
    expect(nodeImports(sources)).toEqual([]);
  });
});

describe("the check of imports", () => {
  it("sees an arrow that points up, in every form of import", () => {
    for (const line of [
      'import { add } from "../ops/index.ts";',
      'import type {\n  Op,\n} from "../ops/index.ts";',
      'export * from "../ops/index.ts";',
      'import "../ops/index.ts";',
      'const ops = await import("../ops/index.ts");',
      'type Ops = typeof import("../ops/index.ts");',
    ]) {
      expect(wrongArrows({ "autograd/tensor.ts": line }), line).toEqual(["autograd/tensor.ts -> ops/index.ts"]);
    }
  });

  it("sees neighbours on one floor and files on none", () => {
    expect(wrongArrows({ "nn/linear.ts": 'import { alignLoss } from "../losses/align.ts";' })).toHaveLength(1);
    expect(wrongArrows({ "utils/all.ts": "" })).toEqual(["utils/all.ts is on no floor"]);
  });

  it("lets an import point down, and ignores comments", () => {
    expect(wrongArrows({ "ops/a.ts": 'import { show } from "../shape.ts";' })).toEqual([]);
    expect(wrongArrows({ "shape.ts": '// import { add } from "./ops/index.ts";' })).toEqual([]);
  });

  it("sees a circle of three files and of one", () => {
    const three = {
      "ops/a.ts": 'import { b } from "./b.ts";',
      "ops/b.ts": 'import type { C } from "./c.ts";',
      "ops/c.ts": 'export { a } from "./a.ts";',
    };
    expect(circles(three)).toEqual(["ops/a.ts -> ops/b.ts -> ops/c.ts -> ops/a.ts"]);
    expect(circles({ "shape.ts": 'import type { Shape } from "./shape.ts";' })).toHaveLength(1);
  });

  it("sees Node's modules with and without the prefix, and allows them in node/", () => {
    const source = 'import { readFile } from "node:fs/promises";\nimport { join } from "path";';
    expect(nodeImports({ "formats/idx.ts": source })).toEqual([
      "formats/idx.ts -> node:fs/promises",
      "formats/idx.ts -> path",
    ]);
    expect(nodeImports({ "node/files.ts": source })).toEqual([]);
  });
});
