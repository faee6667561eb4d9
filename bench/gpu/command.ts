import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { type Graphics, launch, type Plan, planFor } from "../../test/browser/chromium.ts";
import { remote } from "../../test/browser/remote.ts";
import { Served } from "../../test/browser/served.ts";
import { measured, type Rules } from "../measure.ts";
import { type CommonOptions, execute, messageOf } from "../shell.ts";
import { type Row, written } from "../table.ts";
import type * as page from "./page.ts";
import { report } from "./report.ts";

const help = `bench:gpu: times the gpu device against the cpu device, in Chromium

Usage: npm run bench:gpu -- [options]

Times products of matrices, uniformLoss and whole training steps on cpu, gpu:webgpu and gpu:webgl2, and prints a table.

Options
      --sizes small    only what a machine without a graphics card is through with in two minutes (default: all)
      --swiftshader    software rendering, also where there is a graphics card; without a card it is taken anyway
      --browser PATH   a Chromium or Chrome (default: $CHROMIUM, or where Debian and others put it)
      --write          put the table into bench/results.md as well
  -h, --help           this text
`;

const rules: Rules = { rounds: 5, limit: 60_000 };
const gpuDevices = ["gpu:webgpu", "gpu:webgl2"] as const;

/** What the command needs beside its arguments. */
export interface Surroundings {
  /** Makes page.ts into one module for a browser. */
  readonly bundle: () => Promise<string>;
  /** Where results.md is. */
  readonly results: string;
}

/** Runs the benchmark. Resolves to the exit code. */
export function command(argv: readonly string[], { bundle, results }: Surroundings): Promise<number> {
  const run = async (options: Options) => {
    const files = { "/bench.html": "<!doctype html><title>bench</title>", "/bench.js": await bundle() };
    const served = await Served.of(files);
    try {
      return { marks: "bench:gpu", text: await allWorks(served.url("/bench.html"), options) };
    } finally {
      await served.close();
    }
  };
  return execute({ name: "bench:gpu", help, optionsOf, run }, argv, results);
}

interface Options extends CommonOptions {
  readonly swiftshader: boolean;
  readonly small: boolean;
  readonly browser: string | undefined;
}

function optionsOf(argv: readonly string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { ...flag, short: "h" },
      write: flag,
      swiftshader: flag,
      sizes: { type: "string", default: "all" },
      browser: { type: "string" },
    },
  });
  const { sizes, ...rest } = values;
  if (sizes !== "small" && sizes !== "all") throw new Error(`--sizes must be small or all, got "${sizes}"`);
  return { ...rest, small: sizes === "small", browser: values.browser };
}

/** All works on all devices, as Markdown. */
async function allWorks(url: string, options: Options): Promise<string> {
  const plan = planFor(options.browser === undefined ? process.env : { CHROMIUM: options.browser });
  const { graphics, browser, adapters, works } = await surveyed(plan, url, options.swiftshader);
  const setting = { plan, graphics, url };
  for (const device of gpuDevices) process.stderr.write(`${device}: ${adapters[device]?.name ?? "nothing"}\n`);
  const wanted = works.filter(({ small }) => small || !options.small);
  const before = loadavg()[0];
  const rows: Row[] = [];
  for (const [i, { name }] of wanted.entries()) {
    process.stderr.write(`[${i + 1}/${wanted.length}] ${name}: `);
    const lanes = [await laneOf(setting, name, "cpu")];
    try {
      for (const device of gpuDevices) lanes.push(await laneOf(setting, name, device));
      const [cpu, ...others] = await measured(lanes, rules);
      rows.push({ work: name, cells: [cpu, ...others] });
      process.stderr.write(`${[cpu, ...others].map(written).join(", ")}\n`);
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  }
  const load = `load average ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`;
  return report({
    date: new Date().toISOString().slice(0, 10),
    browser,
    machine: `${cpus()[0].model}, ${cpus().length} cores, ${load}`,
    softwareAsked: options.swiftshader,
    adapters,
    rounds: rules.rounds,
    rows,
    leftOut: works.filter((work) => !wanted.includes(work)).map(({ name }) => name),
  });
}

/** A page that has loaded the bench, and its exports. */
async function opened(browser: Browser, url: string) {
  const tab = await browser.newPage();
  await tab.goto(url);
  return remote<typeof page>(tab, "/bench.js");
}

/** What there is to draw with: the machine's own card, or, without one or where asked for, software. */
async function surveyed(plan: Plan, url: string, swiftshader: boolean) {
  for (const graphics of swiftshader ? (["software"] as const) : (["card", "software"] as const)) {
    const browser = await launch(plan, graphics);
    try {
      const ask = await opened(browser, url);
      const adapters = await ask("adapters");
      const real = gpuDevices.some((device) => adapters[device]?.software === false);
      if (!real && graphics === "card") continue;
      return { graphics, adapters, works: await ask("listed"), browser: `Chromium ${browser.version()}` };
    } finally {
      await browser.close();
    }
  }
  throw new Error("no browser was tried");
}

/** Which browser opens which page, and how it draws. */
interface Setting {
  readonly plan: Plan;
  readonly graphics: Graphics;
  readonly url: string;
}

/** One work on one device, in a browser of its own: whoever is given up takes all it was doing with it. */
async function laneOf({ plan, graphics, url }: Setting, work: string, device: page.DeviceName) {
  const browser = await launch(plan, graphics);
  const ask = await opened(browser, url);
  return {
    prepare: () => ask("prepare", work, device).catch(plainly),
    time: () => ask("time").catch(plainly),
    close: () => browser.close(),
  };
}

/** What went wrong in the page, without what the call from here adds. */
function plainly(error: unknown): never {
  throw new Error(messageOf(error).replace(/^page\.evaluate: (\w*Error: )?/, ""));
}
