import { describe, expect, it } from "vitest";
import { codeLines, filesUnder, read } from "./source.ts";

/**
 * Most lines of code, without comments and blanks, that each folder may hold. Raise a cap in a commit of its own that
 * says what the lines buy; never fold lines to fit.
 */
const caps: Readonly<Record<string, number>> = {
  "src/*.ts": 260,
  "src/autograd": 780,
  "src/devices/*.ts": 355,
  "src/devices/reference": 860,
  "src/devices/cpu/*.ts": 1980,
  "src/devices/cpu/threads": 290,
  "src/devices/cpu/assembly": 4690,
  "src/devices/gpu": 1790,
  "src/ops": 1805,
  "src/losses": 190,
  "src/nn": 1965,
  "src/formats": 2190,
  "src/models": 720,
  "src/metrics": 1320,
  "src/data": 1315,
  "src/node": 1885,
  "src/cli": 9410,
  "src/testing": 340,
};

/** What one reads, start to end, to know the engine. 4,050 since recurrence along sequences is an op too: optimizers, cross-entropy, normalisation, max pooling of it and recurrence have kernels, each with its meaning as a loop. */
const engine = {
  cap: 4050,
  files: [
    "src/shape.ts",
    "src/random.ts",
    "src/options.ts",
    "src/devices/device.ts",
    "src/devices/sizes.ts",
    "src/devices/journal.ts",
    "src/devices/default.ts",
    "src/devices/reference",
    "src/autograd",
    "src/ops",
    "src/losses",
  ],
};

const written = filesUnder("src", ".ts").filter((path) => !path.endsWith(".generated.ts"));
const lines = new Map(written.map((path) => [path, codeLines(read(path)).length]));

const under = (place: string): string[] =>
  place.endsWith("/*.ts")
    ? [...lines.keys()].filter(
        (path) => path.startsWith(place.slice(0, -4)) && path.split("/").length === place.split("/").length,
      )
    : [...lines.keys()].filter((path) => path === place || path.startsWith(`${place}/`));

const total = (places: readonly string[]): number =>
  places.flatMap(under).reduce((sum, path) => sum + (lines.get(path) ?? 0), 0);

describe("lines of code", () => {
  const rows = Object.entries(caps).map(([place, cap]) => ({ place, count: total([place]), cap }));
  const read = total(engine.files);

  it("are printed folder by folder", () => {
    const table = [...rows, { place: "the engine", count: read, cap: engine.cap }];
    console.log(
      table
        .map((r) => `${r.place.padEnd(22)} ${String(r.count).padStart(5)} of ${String(r.cap).padStart(5)}`)
        .join("\n"),
    );
    expect(table.every(({ count }) => Number.isInteger(count))).toBe(true);
  });

  it.each(rows)("$place holds at most $cap", ({ count, cap }) => {
    expect(count).toBeLessThanOrEqual(cap);
  });

  it("that one reads to know the engine are at most 4,050", () => {
    for (const place of engine.files) expect(under(place), place).not.toEqual([]);
    expect(read).toBeLessThanOrEqual(engine.cap);
  });

  it("are all under some cap", () => {
    const capped = new Set(Object.keys(caps).flatMap(under));
    expect([...lines.keys()].filter((path) => !capped.has(path))).toEqual([]);
  });
});

describe("the count", () => {
  it("leaves out comments and blanks and keeps code beside them", () => {
    const source = [
      "/** What it is. */",
      "const a = 1; // why",
      "",
      "/*",
      " * more",
      " */",
      "// one",
      "  b();",
      "/* c */ d();",
    ];
    expect(codeLines(source.join("\n"))).toEqual(["const a = 1; // why", "  b();", "/* c */ d();"]);
  });
});
