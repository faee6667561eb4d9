import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../docs/metrics.schema.json" with { type: "json" };
import { commandLine } from "../../src/cli/command-line.ts";
import type { Io } from "../../src/cli/io.ts";
import { mergeFlagNames, metricsFlagNames } from "../../src/cli/metrics/flags.ts";
import type { MetricsResult } from "../../src/cli/metrics/result.ts";
import { writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { uniformity } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";
import { blocksOf } from "../house/markdown.ts";
import exact from "../losses/exact.json" with { type: "json" };
import fixtures from "../metrics/data-set.json" with { type: "json" };
import { views } from "../metrics/data-sets.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], given: Partial<Io> = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: { write: (text) => { err += text; } }, // biome-ignore format: short
    env: {},
    signal: new AbortController().signal,
    ...given,
  };
  return { code: await commandLine(argv, io), out, err };
}

/** What `--json` prints. */
async function measured(...argv: string[]): Promise<MetricsResult> {
  const { code, out, err } = await run(["metrics", ...argv, "--json", "--quiet"]);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}

const rowsOf = (data: ArrayLike<number>, d: number): number[][] =>
  Array.from({ length: data.length / d }, (_, i) => Array.from({ length: d }, (_, c) => data[i * d + c]));

const npyOf = (data: Float64Array | Float32Array, d: number): Uint8Array =>
  writeNpy({ shape: [data.length / d, d], data });

function cloud(n: number, d: number, seed = 1, mean = 0): Float64Array {
  const x = new Float64Array(n * d);
  new Random(seed).fillNormal(x, mean);
  return x;
}

const polygon = (n: number): Float64Array =>
  Float64Array.from({ length: 2 * n }, (_, k) => {
    const angle = (2 * Math.PI * Math.floor(k / 2)) / n;
    return k % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-metrics-"));
  await write("x.npy", npyOf(cloud(60, 4), 4));
  await write("y.npy", npyOf(cloud(60, 4).map((a, i) => a + 0.1 * Math.sin(i)), 4)); // biome-ignore format: short
});
afterAll(() => rm(folder, { recursive: true }));

describe("align-uniform metrics", () => {
  it("explains every flag, of merge too", async () => {
    for (const [command, names] of [
      ["metrics", metricsFlagNames],
      ["merge", mergeFlagNames],
    ] as const) {
      // biome-ignore format: short
      const { code, out, err } = await run([command, "--wings", "--help"]);
      expect([code, err]).toEqual([0, ""]);
      expect(names.length).toBeGreaterThan(2);
      for (const name of names) expect(out).toContain(`--${name}`);
    }
  });

  it("finds what PyTorch finds in float64", async () => {
    for (const fixture of fixtures.cases) {
      const { x, y } = views(fixture);
      const files = [await write("a.npy", npyOf(x, fixture.d)), await write("b.npy", npyOf(y, fixture.d))];
      const ts = fixture.uniformity.map(({ t }) => t).join();
      const scaling = fixture.normalize ? [] : ["--no-normalize"];
      const found = await measured(...files, "--t", ts, "--alpha", String(fixture.alpha), ...scaling);
      const what = `[${fixture.n}, ${fixture.d}]`;
      expect(found.alignment?.value, what).toBeCloseTo(fixture.alignment[0], 12);
      expect(found.alignment?.standardError, what).toBeCloseTo(fixture.alignment[1], 12);
      expect(found.effectiveRank, what).toBeCloseTo(fixture.effectiveRank, 8);
      expect(found.wasserstein, what).toBeCloseTo(fixture.wasserstein, 7);
      expect(found.meanLength, what).toBeCloseTo(fixture.meanLength, 12);
      for (const [k, wanted] of fixture.uniformity.entries()) {
        expect(Math.abs(found.uniformity[k].value - wanted.value), what).toBeLessThan(3e-7);
        expect(Math.abs(found.uniformity[k].standardError / wanted.standardError - 1), what).toBeLessThan(1e-4);
      }
    }
  });

  it("finds the same in every format", async () => {
    const [n, d] = [1200, 6];
    const x = Float32Array.from(cloud(n, d, 3, 0.3));
    const rows = rowsOf(x, d);
    const flat = new Uint8Array(x.buffer);
    const wanted = (await uniformity(x, { dim: d })).value;
    const files: readonly (readonly [file: string, ...flags: string[]])[] = [
      [await write("f.npy", npyOf(x, d))],
      [await write("f.safetensors", writeSafetensors(new Map([["e", { shape: [n, d], data: x }]])))],
      [await write("f.jsonl", rows.map((row, i) => JSON.stringify({ id: i, embedding: row })).join("\n"))],
      [await write("f.json", JSON.stringify(rows))],
      [await write("f.csv", `a,b,c,d,e,f\n${rows.map((row) => row.join(",")).join("\n")}\n`)],
      [await write("f.tsv", rows.map((row) => row.join("\t")).join("\n"))],
      [await write("f.bin", flat), "--format", "f32", "--dim", "6"],
      [await write("f.bin", flat), "--dim", "6"],
    ];
    for (const [file, ...flags] of files) {
      const found = await measured(file, ...flags);
      expect(found.uniformity[0].value, file).toBeCloseTo(wanted, 12);
      expect([found.x.n, found.x.d], file).toEqual([n, d]);
    }
    const [stdin, { uniformity: [one] }] = [[npyOf(x, d)], await measured(files[0][0])]; // biome-ignore format: short
    const piped = await run(["metrics", "-", "--json"], { stdin: (async function* () { yield* stdin; })() }); // biome-ignore format: short
    expect(JSON.parse(piped.out)).toMatchObject({ x: { name: "-", format: "npy", n, d }, uniformity: [one] });
  });

  it("holds the exact values of polygons, clusters, the simplex and the cross-polytope", async () => {
    const check = async (data: Float64Array, d: number, t: number, value: string): Promise<void> => {
      const found = await measured(await write("exact.npy", npyOf(data, d)), "--t", String(t));
      const tolerance = 1e-12 * Math.max(1, -Number(value));
      expect(Math.abs(found.uniformity[0].value - Number(value)), `t ${t}, ${data.length / d} points`).toBeLessThan(
        tolerance,
      );
    };
    for (const { N, t, value } of exact.regularPolygon.values) await check(polygon(N), 2, t, value);
    for (const { n, t, value } of exact.twoAntipodalClusters.values) {
      const data = Float64Array.from({ length: 4 * n }, (_, k) => (k % 2 === 1 ? 0 : k < 2 * n ? 1 : -1));
      await check(data, 2, t, value);
    }
    for (const { N, t, value } of exact.regularSimplex.values) {
      const data = Float64Array.from({ length: N * N }, (_, k) => (k % (N + 1) === 0 ? 1 : 0) - 1 / N);
      await check(data, N, t, value);
    }
    for (const { dim, t, value } of exact.crossPolytope.values) {
      const data = new Float64Array(2 * dim * dim);
      for (let i = 0; i < dim; i++) data.set([1], i * dim + i);
      data.subarray(dim * dim).set(data.subarray(0, dim * dim).map((a) => -a));
      await check(data, dim, t, value);
    }
  });

  it("prints JSON by its schema, with every field, and of few rows and as they are", async () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    const labels = await write(
      "labels.txt",
      Array.from({ length: 60 }, (_, i) => (i === 0 ? "alone" : "ab"[i % 2])).join("\n"),
    );
    const two = await write("two.npy", npyOf(Float64Array.of(1, 0, 0, 2), 2));
    for (const argv of [
      [at("x.npy"), at("y.npy"), "--labels", labels, "--t", "2,0.5"],
      [at("x.npy"), "--no-normalize", "--no-spectrum"],
      [two],
      [at("x.npy"), "--pairs", "200"],
    ]) {
      const found = await measured(...argv);
      validate(found);
      expect(validate.errors, argv.join(" ")).toBe(null);
    }
    const [whole, few] = [await measured(at("x.npy"), at("y.npy"), "--labels", labels), await measured(two)];
    expect(few.uniformity[0]).toMatchObject({ standardError: null, pairs: 1, n: 2 });
    expect(whole.classes?.map(({ label, n }) => [label, n])).toEqual([["alone", 1], ["b", 30], ["a", 29]]); // biome-ignore format: short
  });

  it("has the numbers of each label, of a file or a column", async () => {
    const x = cloud(60, 4);
    const names = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? "red" : "blue"));
    const file = await write("names.json", JSON.stringify(names));
    const table = rowsOf(x, 4).map((row, i) => [names[i], ...row].join(","));
    const csv = await write("named.csv", `colour,a,b,c,d\n${table.join("\n")}\n`);
    const red = x.filter((_, k) => Math.floor(k / 4) % 3 === 0);
    const wanted = (await uniformity(red, { dim: 4 })).value;
    for (const argv of [
      [at("x.npy"), "--labels", file],
      [csv, "--labels", "colour"],
    ]) {
      // biome-ignore format: short
      const { classes } = await measured(...argv);
      expect(classes?.map(({ label, n }) => [label, n])).toEqual([["red", 20], ["blue", 40]]); // biome-ignore format: short
      expect(classes?.[0].uniformity[0].value).toBeCloseTo(wanted, 12);
      expect(classes?.[0].alignment).toBe(undefined);
    }
    const { classes, alignment } = await measured(at("x.npy"), at("y.npy"), "--labels", file);
    const together = classes?.reduce((sum, { n, alignment }) => sum + n * (alignment?.value ?? 0), 0) ?? 0;
    expect(together / 60).toBeCloseTo(alignment?.value ?? 0, 12);
  });

  it("draws pairs by its seed, with an error that covers the whole", async () => {
    const file = await write("many.npy", npyOf(cloud(1500, 8, 1, 0.4), 8));
    const whole = await measured(file);
    const [a, b, c] = [
      await measured(file, "--pairs", "20000"),
      await measured(file, "--pairs", "20000"),
      await measured(file, "--pairs", "20000", "--seed", "1"),
    ];
    expect(a.uniformity).toEqual(b.uniformity);
    expect(c.uniformity[0].value).not.toBe(a.uniformity[0].value);
    expect(a.uniformity[0].pairs).toBe(19_500);
    expect(Math.abs(a.uniformity[0].value - whole.uniformity[0].value)).toBeLessThan(4 * a.uniformity[0].standardError);
    expect((await measured(file, "--pairs", "9999999")).uniformity).toEqual(whole.uniformity);
  });

  it("computes on float64 loops where it is asked to, to the same numbers", async () => {
    const file = await write("many.npy", npyOf(cloud(1500, 8, 1, 0.4), 8));
    const [fast, plain] = [await measured(file), await measured(file, "--device", "reference")];
    expect(plain.uniformity[0].value).not.toBe(fast.uniformity[0].value);
    expect(plain.uniformity[0].value).toBeCloseTo(fast.uniformity[0].value, 6);
  });

  it("prints a table, remarks, and nothing on stderr that is not asked for", async () => {
    const { code, out, err } = await run(["metrics", at("x.npy"), at("y.npy")]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/x\.npy: 60 x 4 \(npy\), rows scaled to length 1\n/);
    expect(out).toMatch(/\nalignment \(alpha 2\) +0\.\d+ +0\.\d+ +0 +lower is better\n/);
    expect(out).toMatch(/\nuniformity \(t = 2\) +-\d\.\d+ +\d\.\d+ +-\d\.\d+ +-?\d\.\d+ +lower is better\n/);
    expect(out).toMatch(/\n\* These are only 60 rows/);
    expect(out.split("\n").filter((line) => line.length > 80 && !line.includes(folder))).toEqual([]);
    const plain = (await run(["metrics", at("x.npy"), "--verbose"])).err;
    expect(plain).toMatch(/^t = 2: pairs counted by plain loops in float64\n[\d,]+ MB of memory at most/);
    const many = await write("many.npy", npyOf(cloud(1500, 8, 1, 0.4), 8));
    expect((await run(["metrics", many, "--verbose"])).err).toMatch(
      /^t = 2: pairs counted on cpu\n.*MB of memory at most\ncpu \(WebAssembly .*\) ran:\n +\d+ {2}potentialSums/,
    );
    const shard = ["--shard", "1/1", "--out", at("verbose.json"), "--verbose"];
    expect((await run(["metrics", many, ...shard])).err).toMatch(/\nt = 2: pairs counted on cpu\n/);
  });

  it("prints what README.md shows", async () => {
    const [n, d] = [20_000, 128];
    await mkdir(at("readme"));
    const [x, noise] = [new Float32Array(n * d), new Float32Array(n * d)];
    new Random(1).fillNormal(x, 0.2);
    new Random(2).fillNormal(noise, 0, 0.4);
    const files = [await write("readme/x.npy", npyOf(x, d)), await write("readme/y.npy", npyOf(x.map((a, i) => a + noise[i]), d))]; // biome-ignore format: short
    const { out } = await run(["metrics", ...files]);
    const shown = blocksOf("README.md").find(({ text }) => text.startsWith("x.npy: "))?.text;
    expect(out.replaceAll(`${folder}/readme/`, "")).toBe(shown);
  });

  it("says where float32 will not do and what that costs", async () => {
    const many = await write("many.npy", npyOf(cloud(1100, 3), 3));
    expect((await run(["metrics", many, "--t", "2,30"])).err).toMatch(
      /^at t = 30 rows lie too far apart for float32: .*plain loops in float64.*--pairs N/,
    );
    const near = await write("near.npy", npyOf(cloud(1100, 3, 1, 300), 3));
    expect((await run(["metrics", near])).err).toMatch(/^at t = 2 rows lie too near each other for float32/);
    expect((await run(["metrics", many, "--t", "30", "--quiet"])).err).toBe("");
  });

  it("computes labels by plain loops too, where all are", async () => {
    const [n, d] = [1300, 4];
    const file = await write("many.npy", npyOf(cloud(n, d), d));
    const labels = await write("one.txt", Array(n).fill("a").join("\n"));
    const { classes, uniformity } = await measured(file, "--labels", labels, "--device", "reference");
    expect(classes?.[0].uniformity).toEqual(uniformity);
  });

  it("writes a report and every figure, and says where", async () => {
    const [html, figures] = [at("report.html"), at("figures/of x")];
    const { code, err } = await run(["metrics", at("x.npy"), at("y.npy"), "--html", html, "--figures", figures]);
    expect(code).toBe(0);
    expect(err).toContain(`report: ${html}\nfigures: distances, `);
    expect(await readFile(html, "utf8")).toMatch(/^<!doctype html>/);
    const names = (await readdir(figures)).sort();
    expect(names).toEqual(
      ["distances", "lengths", "potential", "sphere"].flatMap((name) => [`${name}.png`, `${name}.svg`]),
    );
    for (const name of names) {
      const content = await readFile(join(figures, name));
      expect(name.endsWith("png") ? content.subarray(1, 4).toString() : content.subarray(0, 4).toString()).toBe(
        name.endsWith("png") ? "PNG" : "<svg",
      );
    }
    expect((await run(["metrics", at("x.npy"), "--html", html, "--quiet"])).err).toBe("");
  });
});

describe("--fail-if", () => {
  it.each([
    ["uniformity>-9", 3, /^failed: uniformity is -\d\.\d+, > -9\n/],
    ["uniformity > 0", 0, /^$/],
    ["alignment>=0", 3, /^failed: alignment is 0\.\d+, >= 0\n/],
    ["gap@0.5<1", 3, /^failed: gap is /],
    ["effectiveRank<1.5", 0, /^$/],
    ["n<100", 3, /^failed: n is 60, < 100\n/],
    ["meanLength>1", 0, /^$/],
    ["wasserstein<2", 3, /^failed: wasserstein is /],
  ])("%s ends with %i", async (expression, wanted, told) => {
    const { code, out, err } = await run([
      "metrics",
      at("x.npy"),
      at("y.npy"),
      "--t",
      "2,0.5",
      "--fail-if",
      expression,
    ]);
    expect(code).toBe(wanted);
    expect(err).toMatch(told);
    expect(out).toContain("uniformity (t = 2)"); // the numbers come all the same
  });

  it("may be given several times: one that holds is enough, and all are told", async () => {
    const gates = ["--fail-if", "uniformity>0", "--fail-if", "n<61", "--fail-if", "n<62"];
    const { code, err } = await run(["metrics", at("x.npy"), ...gates]);
    expect([code, err]).toEqual([3, "failed: n is 60, < 61\nfailed: n is 60, < 62\n"]);
  });
});

describe("metrics refuses", () => {
  it.each<[string[], number, RegExp]>([
    [[], 2, /name a file of embeddings.*\nTry: align-uniform metrics --help/],
    [["a", "b", "c"], 2, /takes one file, or two .* got 3: a b c/],
    [["-", "-"], 2, /standard input can be read once/],
    [["x", "--wings"], 2, /there is no flag --wings\n/],
    [["x", "--t", "0"], 2, /--t must be numbers in 0\.\.1e6, above 0, between commas, got "0"/],
    [["x", "--t", "1,,2"], 2, /--t must be .* got ""/],
    [["x", "--alpha=-1"], 2, /--alpha must be a number > 0/],
    [["x", "--pairs", "1.5"], 2, /--pairs must be a whole number >= 2/],
    [["x", "--format", "mat"], 2, /--format must be npy, .*got "mat"/],
    [["x", "--device", "gpu"], 2, /--device must be cpu, or reference .*got "gpu"/],
    [["x", "--fail-if", "uniformity"], 2, /--fail-if takes NAME<NUMBER.*got "uniformity"/],
    [["x", "--fail-if", "loss>1"], 2, /NAME is one of alignment, uniformity/],
    [["x", "--fail-if", "constructor>1"], 2, /NAME is one of alignment, uniformity/],
    [["x", "--fail-if", "alignment>1"], 2, /alignment needs two files/],
    [["x", "--fail-if", "n@2>1"], 2, /n is the same at each t: leave out @2/],
    [["x", "--fail-if", "gap@3>1"], 2, /t is 2; ask for it with --t 3/],
    [["x", "--shard", "0/4", "--out", "p"], 2, /--shard must be i\/n with i in 1\.\.n, such as 1\/4, got "0\/4"/],
    [["x", "--shard", "5/4", "--out", "p"], 2, /got "5\/4"/],
    [["x", "--shard", "1/4"], 2, /--shard needs --out FILE/],
    [["x", "--out", "p"], 2, /--out names the part that --shard i\/n makes/],
    [["x", "--shard", "1/2", "--out", "p", "--html", "h"], 2, /--shard goes without --html/],
    [["x", "--shard", "1/2", "--out", "p", "--fail-if", "n<1"], 2, /--shard goes without --fail-if: .*merge/],
    [["x", "--no-spectrum", "--fail-if", "effectiveRank<2"], 2, /effectiveRank does not go with --no-spectrum/],
    [["x", "--no-normalize", "--fail-if", "gap>1"], 2, /gap does not go with --no-normalize/],
    [["x", "--labels", "no/such.txt"], 2, /--labels no\/such\.txt: there is no such file/],
    [["x", "--html", "."], 2, /cannot write \.: it is a folder/],
    [["x", "--html", "no/such/folder/r.html"], 2, /cannot write no\/such\/folder\/r\.html: there is no folder/],
    [["no-such.npy"], 1, /cannot read no-such\.npy/],
  ])("%j", async (argv, wanted, told) => {
    const { code, out, err } = await run(["metrics", ...argv]);
    expect([code, out]).toEqual([wanted, ""]);
    expect(err).toMatch(told);
  });

  it("steering a terminal by names in a file", async () => {
    const odd = { e: [1, 2, 3], "\u001b]0;pwned\u0007": "x", other: [1, 2, 3] };
    const file = await write("odd.jsonl", `${JSON.stringify(odd)}\n`.repeat(3));
    const { code, err } = await run(["metrics", file]);
    expect(code).toBe(1);
    expect(err).not.toMatch(/[^\P{C}\n]/u);
  });

  it("files that do not go together, naming both, and rows by number and column", async () => {
    const one = await write("one.npy", npyOf(Float64Array.of(1, 2), 2));
    expect((await run(["metrics", one])).err).toMatch(/one\.npy: holds one row: needs two at least/);
    const [short, wide] = [
      await write("short.npy", npyOf(cloud(59, 4), 4)),
      await write("wide.npy", npyOf(cloud(60, 5), 5)),
    ];
    for (const other of [short, wide]) {
      expect((await run(["metrics", at("x.npy"), other])).err).toMatch(
        /x\.npy has 60 rows of 4 numbers, .*(59 of 4|60 of 5)/,
      );
    }
    const headed = await write("headed.txt", `label\n${"a\n".repeat(60)}`);
    expect((await run(["metrics", at("x.npy"), "--labels", headed])).err).toMatch(
      /61 labels: .*is "label", the first, a header\?/,
    );
    const wideLabels = await write("columns.txt", "0,a\n".repeat(60));
    expect((await run(["metrics", at("x.npy"), "--labels", wideLabels])).err).toMatch(
      /"0,a" seem to be of several columns/,
    );
    const labels = await write("few.txt", "a\nb\n");
    expect((await run(["metrics", at("x.npy"), "--labels", labels])).err).toMatch(
      /has 60 rows, but there are 2 labels/,
    );
    expect((await run(["metrics", at("x.npy"), "--pairs", "59"])).err).toMatch(/--pairs must be at least 60/);
    const broken = cloud(60, 4);
    broken[4 * 17 + 2] = Number.NaN;
    const nan = await write("nan.npy", npyOf(broken, 4));
    expect((await run(["metrics", nan])).err).toMatch(
      /nan\.npy: row 17 of \[60, 4\] holds a NaN or an infinity in column 2/,
    );
    broken.fill(0, 4 * 17, 4 * 18);
    const zeros = await write("zeros.npy", npyOf(broken, 4));
    expect((await run(["metrics", zeros])).err).toMatch(/zeros\.npy: row 17 of \[60, 4\] is all zeros/);
    expect((await run(["metrics", at("x.npy"), nan])).err).toMatch(/nan\.npy: row 17 .* column 2/);
  });
});

describe("metrics never writes over what it reads", () => {
  it("by whatever name it is called", async () => {
    const [x, y, labels] = [npyOf(cloud(20, 3), 3), npyOf(cloud(20, 3, 2), 3), "a\n".repeat(20)];
    const paths = [await write("own x.npy", x), await write("own y.npy", y), await write("own.txt", labels)];
    const argv = [paths[0], paths[1], "--labels", paths[2]];
    for (const path of paths) {
      const { code, err } = await run([
        "metrics",
        ...argv,
        "--html",
        join(folder, "..", relative(dirname(folder), path)),
      ]);
      expect([code, err]).toEqual([2, expect.stringContaining("it is one of the files that are read")]);
    }
    const out = ["--shard", "1/2", "--out", paths[1]];
    expect((await run(["metrics", paths[0], paths[1], ...out])).code).toBe(2);
    expect(await readFile(paths[1])).toEqual(Buffer.from(y));
  });
});

describe("--shard and merge", () => {
  it("come to the bits of the whole, with every option that parts take", async () => {
    const [x, y] = [
      await write("sx.npy", npyOf(cloud(2500, 6, 1), 6)),
      await write("sy.npy", npyOf(cloud(2500, 6, 2), 6)),
    ];
    const options = [x, y, "--t", "2,0.5,7", "--alpha", "1"];
    const { seconds: _, ...whole } = await measured(...options);
    const parts = ["1", "2", "3", "4", "5"].map((i) => at(`part-${i}.json`));
    for (const [i, out] of parts.entries()) {
      const { code, err } = await run(["metrics", ...options, "--shard", `${i + 1}/5`, "--out", out]);
      expect([code, err]).toEqual([0, `part ${i + 1} of 5: ${out}\n`]);
    }
    const merged = await run(["merge", ...parts.toReversed(), "--json"]);
    const { seconds: __, ...joined } = JSON.parse(merged.out);
    expect(joined).toEqual(whole);
    expect((await run(["merge", ...parts])).out).toContain("uniformity (t = 0.5)");
    expect((await run(["merge", ...parts, "--fail-if", "n>1"])).code).toBe(3);
    const plain = [x, "--no-spectrum", "--no-normalize", "--t", "0.1"];
    const [{ seconds: ___, ...small }, one] = [await measured(...plain), at("one.json")];
    expect((await run(["metrics", ...plain, "--shard", "1/1", "--out", one])).code).toBe(0);
    const { seconds: ____, ...same } = JSON.parse((await run(["merge", one, "--json"])).out);
    expect(same).toEqual(small);
    expect((await run(["merge", one])).out).not.toContain("effective rank");
    expect((await run(["merge", one, "--fail-if", "wasserstein<9"])).err).toMatch(/does not go with --no-spectrum/);
    const missing = await run(["merge", ...parts.slice(1)]);
    expect([missing.code, missing.out]).toEqual([1, ""]);
    expect(missing.err).toMatch(/1 of 5 parts missing: 1;/);
    expect((await run(["merge", ...parts, parts[0]])).err).toMatch(/are both part 1 of 5/);
    expect((await run(["merge"])).err).toMatch(/name the files of all parts/);
    expect((await run(["merge", x])).err).toMatch(/sx\.npy: is no whole part of metrics/);
  });
});

describe("Ctrl-C", () => {
  it("ends metrics with 130 and no file", async () => {
    const stop = new AbortController();
    const file = await write("long.npy", npyOf(cloud(20_000, 16), 16));
    const [html, out] = [at("stopped.html"), at("stopped.json")];
    for (const argv of [
      [file, "--html", html],
      [file, "--shard", "1/1", "--out", out],
    ]) {
      // biome-ignore format: short
      const running = run(["metrics", ...argv], { signal: stop.signal });
      stop.abort();
      expect(await running).toEqual({ code: 130, out: "", err: "stopped; no file was written\n" });
    }
    expect([html, out].some((path) => existsSync(path))).toBe(false);
  });

  it("ends it while it waits for its input", async () => {
    const stop = new AbortController();
    const endless: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const running = run(["metrics", "-"], { signal: stop.signal, stdin: endless });
    setTimeout(() => stop.abort(), 50);
    expect((await running).code).toBe(130);
  });
});
