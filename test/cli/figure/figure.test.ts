import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { circle } from "../../../src/cli/figure/circle/circle.ts";
import { type FigureConfig, figureNames } from "../../../src/cli/figure/config.ts";
import { finetune } from "../../../src/cli/figure/finetune/finetune.ts";
import { figureFlagNames, numberFlags } from "../../../src/cli/figure/flags.ts";
import { scatter } from "../../../src/cli/figure/scatter/scatter.ts";
import { sweep } from "../../../src/cli/figure/sweep/sweep.ts";
import { writeDigits } from "../digits.ts";
import { figure, numbersIn, tiny, writeColours } from "./tiny-figure.ts";

let folder: string;
let digits: string;
/** The options that make each figure in no time, from the small digits. */
let small: Readonly<Record<(typeof figureNames)[number], readonly string[]>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-figure-"));
  digits = await writeDigits(join(folder, "digits"), { train: 80, test: 40 });
  const usual = ["--data", digits, ...tiny];
  small = {
    circle: ["circle", ...usual],
    scatter: ["scatter", ...usual, "--encoders", "4"],
    sweep: ["sweep", ...usual],
    finetune: ["finetune", ...usual],
  };
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(figureNames)("figure %s", (name) => {
  const at = (file: string): string => join(folder, name, file);

  it("draws what it measured, with the numbers beside it", async () => {
    const { code, out, err } = await figure([...small[name], "--out", at("one.svg")]);
    expect(err).toMatch(/figure: .*one\.svg; its numbers: .*one\.json\n$/);
    expect(code).toBe(0);
    expect(out).toMatch(/alignment +uniformity +linear probe +5-NN\n/);
    const svg = await readFile(at("one.svg"), "utf8");
    expect(svg).not.toMatch(/NaN|undefined|Infinity|currentColor|var\(/);
    expect(parseHTML(svg).document.querySelectorAll("path, circle, rect, text").length).toBeGreaterThan(20);
    expect(svg.length).toBeLessThan(500_000);
    const { parts, of, summary, config } = await numbersIn(at("one.json"));
    expect([parts.length, typeof summary]).toEqual([of, "object"]);
    expect(config).toMatchObject({ images: 64, testImages: 30, epochs: 1, batchSize: 16, seed: 0 });
  });

  it("draws the same bytes from the numbers, and PNG", async () => {
    const drawn = [at("again.svg"), at("again.png")];
    const { code, out } = await figure([name, "--from", at("one.json"), ...drawn.flatMap((file) => ["--out", file])]);
    expect(code).toBe(0);
    expect(out).toMatch(/alignment +uniformity/);
    expect(await readFile(at("again.svg"))).toEqual(await readFile(at("one.svg")));
    expect((await readFile(at("again.png"))).subarray(1, 4).toString()).toBe("PNG");
    expect(existsSync(at("again.json"))).toBe(false);
  });

  it("has other numbers for another seed", async () => {
    await figure([...small[name], "--out", at("other.svg"), "--seed", "1"], { stopAt: / 2\/\d+ / });
    const [one, other] = [await numbersIn(at("one.json")), await numbersIn(at("other.json"))];
    expect(other.parts[0]).not.toEqual(one.parts[0]);
  });

  it("keeps what is finished when it is stopped, and goes on to the numbers of a run that never stopped", async () => {
    const stopped = await figure([...small[name], "--out", at("cut.svg")], { stopAt: / 2\/\d+ / });
    expect(stopped.code).toBe(130);
    expect(stopped.out).toBe("");
    expect(stopped.err).toMatch(/stopped after 1 of \d+ parts; they are kept in .*cut\.json: .* --resume goes on\n$/);
    expect(existsSync(at("cut.svg"))).toBe(false);
    const left = await numbersIn(at("cut.json"));
    expect([left.parts.length, left.summary]).toEqual([1, null]);

    const undrawn = await figure([name, "--from", at("cut.json")]);
    expect([undrawn.code, undrawn.err]).toEqual([1, expect.stringContaining("holds 1 of ")]);
    const anew = await figure([...small[name], "--out", at("cut.svg")]);
    expect([anew.code, anew.err]).toEqual([
      1,
      expect.stringMatching(/holds 1 of .* unfinished figure: go on with --resume/),
    ]);

    const resumed = await figure([name, "--data", digits, "--out", at("cut.svg"), "--resume"]);
    expect(resumed.err).toMatch(/^resuming .*cut\.json after 1 of /);
    expect(resumed.code).toBe(0);
    expect(await numbersIn(at("cut.json"))).toEqual(await numbersIn(at("one.json")));
    expect(await readFile(at("cut.svg"))).toEqual(await readFile(at("one.svg")));
  });
});

describe("figure", () => {
  it("explains itself, and each figure on its own", async () => {
    const { code, out, err } = await figure(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    for (const name of figureNames) expect(out).toContain(`  ${name} `);
    for (const name of figureNames) {
      const { code, out } = await figure([name, "--help"]);
      expect([code, out.startsWith(`align-uniform figure ${name}\n`)]).toEqual([0, true]);
      for (const flag of figureFlagNames) {
        const others = { encoders: "scatter", classes: "circle" }[flag];
        expect(out.includes(`--${flag}`), `${name} --${flag}`).toBe(others === undefined || others === name);
      }
      expect(out.split("\n").filter((line) => line.length > 120)).toEqual([]);
    }
  });

  it("has help that tells the defaults there are", async () => {
    for (const kind of [circle, scatter, sweep, finetune]) {
      const [digits, colours] = [kind.defaults("mnist"), kind.defaults("cifar10")];
      const { out } = await figure([kind.name, "--help"]);
      const [, usual, coloured] = /Defaults: (.*), on CIFAR-10\n(.*);/s.exec(out) ?? [];
      for (const [flag, { key }] of Object.entries(numberFlags)) {
        if (key === "seed" || key === "batchSize" || key === "encoders") continue;
        const asked = ({ [key]: value }: FigureConfig): string => `--${flag} ${value}`;
        expect(usual, kind.name).toContain(asked(digits));
        if (colours[key] !== digits[key]) expect(coloured, kind.name).toContain(asked(colours));
        else expect(coloured, kind.name).not.toContain(`--${flag} `);
      }
      if (kind.name === "scatter") expect(out).toContain(`(default: ${digits.encoders})`);
    }
  });

  it.each([
    [[], /say which one: circle, scatter, sweep, finetune\n/],
    [["square"], /say which one: .*; got "square"/],
    [["circle", "sweep"], /got "circle sweep"/],
    [["circle", "--out", "circle.pdf"], /--out must end in \.svg or \.png, got "circle\.pdf"/],
    [["circle", "--encoders", "5"], /--encoders goes with scatter alone/],
    [["sweep", "--classes", "1"], /--classes goes with circle alone/],
    [["circle", "--classes", "1,1"], /one to five different labels of 0\.\.9 between commas, got "1,1"/],
    [["circle", "--classes", "1,2,3,4,5,6"], /one to five different labels/],
    [["scatter", "--encoders", "2"], /--encoders must be 3\.\.100000, got "2"/],
    [["sweep", "--test-images", "2"], /--test-images must be a whole number >= 3, got "2"/],
    [["sweep", "--device", "abacus"], /--device must be cpu/],
    [["sweep", "--threads", "2", "--device", "reference"], /--threads goes with --device cpu/],
    [["sweep", "--from", "a.json", "--resume"], /--from draws what was measured, so it goes without --resume/],
    [["sweep", "--from", "a.json", "--test-images", "9"], /goes without --test-images/],
  ])("answers %j with exit code 2 and the reason", async (argv, message) => {
    const { code, out, err } = await figure(argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });

  it("refuses numbers of another figure, of nobody and damaged ones, and leaves them alone", async () => {
    const [foreign, damaged] = [join(folder, "foreign.json"), join(folder, "damaged.json")];
    await writeFile(foreign, '{"figure": "sphere"}');
    const record = JSON.parse(await readFile(join(folder, "sweep/one.json"), "utf8"));
    record.parts[2].alignment.value = "low";
    delete record.parts[3].ratio;
    record.config.lr = null;
    await writeFile(damaged, JSON.stringify(record));
    for (const [argv, message] of [
      [
        ["circle", "--from", join(folder, "sweep/one.json")],
        /holds the numbers of another figure: .*figure sweep takes/,
      ],
      [["sweep", "--from", foreign], /foreign\.json holds no numbers of align-uniform figure/],
      [["sweep", "--from", join(folder, "nowhere.json")], /cannot read .*nowhere\.json: ENOENT/],
      [["sweep", "--from", damaged], /damaged\.json is damaged:\n.*config\.lr: needs a number, got null\n/],
      [
        ["sweep", "--from", damaged],
        /parts\[2\]\.alignment\.value: needs a number, got "low"\n.*parts\[3\]\.ratio: needs one/,
      ],
      [[...small.sweep, "--out", join(folder, "foreign.svg")], /foreign\.json holds no numbers/],
    ] as const) {
      const { code, err } = await figure(argv);
      expect(code).toBe(1);
      expect(err).toMatch(message);
    }
    expect(await readFile(foreign, "utf8")).toBe('{"figure": "sphere"}');
  });

  it("resumes only what it can go on with to the same numbers", async () => {
    const out = join(folder, "sweep/one.svg");
    for (const [argv, code, message] of [
      [["--lr", "0.5"], 2, /--lr 0\.5 contradicts .*one\.json, which was made with 0\.12/],
      [["--device", "reference"], 2, /--device reference contradicts .*made with cpu/],
    ] as const) {
      const ran = await figure(["sweep", "--data", digits, "--out", out, "--resume", ...argv]);
      expect(ran.code).toBe(code);
      expect(ran.err).toMatch(message);
    }
    const others = await writeDigits(join(folder, "others"), { train: 81, test: 40 });
    const { code, err } = await figure(["sweep", "--data", others, "--out", out, "--resume"]);
    expect([code, err]).toEqual([1, expect.stringMatching(/was made with mnist 80 \+ 40 .*, not with mnist 81 \+ 40/)]);
  });

  it("goes on to more encoders: the first of more are those of fewer", async () => {
    const out = join(folder, "more.svg");
    await figure([...small.scatter, "--encoders", "3", "--out", out]);
    const { err } = await figure(["scatter", "--data", digits, "--out", out, "--resume", "--encoders", "4"]);
    expect(err).toMatch(/after 3 of 4 parts/);
    expect(await numbersIn(join(folder, "more.json"))).toEqual(await numbersIn(join(folder, "scatter/one.json")));
  });

  it("says what is wrong before it trains", async () => {
    for (const [argv, message] of [
      [["--images", "81"], /--images 81: there are 80/],
      [["--test-images", "41"], /--test-images 41: there are 40/],
      [["--batch-size", "65"], /64 training pictures make no batch of 65: lower --batch-size/],
      [["--data", folder], /train-images-idx3-ubyte: no such file/],
    ] as const) {
      const { code, err } = await figure([...small.sweep, "--out", join(folder, "none.svg"), ...argv]);
      expect(code).toBe(1);
      expect(err).toMatch(message);
      expect(existsSync(join(folder, "none.json"))).toBe(false);
    }
  });

  it("writes nothing when it is stopped before the first encoder", async () => {
    const { code, err } = await figure([...small.sweep, "--out", join(folder, "none.svg")], { stopAt: "start" });
    expect([code, err]).toEqual([130, expect.stringContaining("stopped")]);
    expect(existsSync(join(folder, "none.json"))).toBe(false);
  });

  it("prints the numbers as JSON and says nothing else when asked to be quiet", async () => {
    const from = join(folder, "sweep/one.json");
    const { out, err } = await figure(["sweep", "--from", from, "--out", join(folder, "q.svg"), "--json", "--quiet"]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toEqual(JSON.parse(await readFile(from, "utf8")));
  });

  it("draws beside the numbers unless told where, and starts anew where there is nothing to resume", async () => {
    const copy = join(folder, "copied.json");
    await writeFile(copy, await readFile(join(folder, "sweep/one.json")));
    expect((await figure(["sweep", "--from", copy])).code).toBe(0);
    expect(await readFile(join(folder, "copied.svg"))).toEqual(await readFile(join(folder, "sweep/one.svg")));
    const anew = await figure([...small.sweep, "--resume", "--out", join(folder, "anew.svg")], { stopAt: / 2\/12 / });
    expect(anew.err).toMatch(/^there is no .*anew\.json to resume: starting anew\n/);
    expect((await numbersIn(join(folder, "anew.json"))).parts).toHaveLength(1);
  });

  it("tells of the device what it ran when asked to be verbose", async () => {
    const out = join(folder, "anew.svg");
    const { err } = await figure(["sweep", "--data", digits, "--resume", "--verbose", "--threads", "1", "--out", out]);
    expect(err).toMatch(/cpu \(.*, 1 thread\) ran:\n/);
  });

  it("takes CIFAR-10 where its files lie, with the names of its classes", async () => {
    const data = await writeColours(join(folder, "colours"), {
      "data_batch_2.bin": 40,
      "data_batch_5.bin": 24,
      "test_batch.bin": 20,
    });
    const out = join(folder, "colours.svg");
    const argv = ["circle", "--data", data, ...tiny, "--test-images", "20", "--classes", "8,0", "--out", out];
    const { code } = await figure(argv);
    expect(code).toBe(0);
    const { pictures } = await numbersIn(join(folder, "colours.json"));
    expect(pictures).toMatchObject({ name: "cifar10", train: 64, test: 20 });
    const svg = await readFile(out, "utf8");
    expect([...svg.matchAll(/>(ship|airplane|automobile)</g)].map(([, name]) => name)).toEqual(["ship", "airplane"]);
  });
});
