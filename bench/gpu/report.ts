import { type Row, table } from "../table.ts";
import type { Adapter } from "./page.ts";

/** A run, and all that one must know to read its times. */
export interface Run {
  readonly date: string;
  readonly browser: string;
  /** Processor, cores and how busy they were. */
  readonly machine: string;
  /** Whether software rendering was asked for, not just all there was. */
  readonly softwareAsked: boolean;
  /** What each of the gpu device's modes ran on, by the device's name; null where the browser has nothing. */
  readonly adapters: Readonly<Record<string, Adapter | null>>;
  readonly rounds: number;
  readonly rows: readonly Row[];
  /** Works that were not to be run. */
  readonly leftOut: readonly string[];
}

/** The run as Markdown: on what, how, the table, and what is missing from it. */
export function report(run: Run): string {
  const { date, browser, machine, adapters, rounds, rows, leftOut } = run;
  const parts = [
    ...warning(run),
    [
      `- ${date}, ${browser}`,
      `- cpu: the cpu device in that browser, on one thread of ${machine}`,
      ...Object.entries(adapters).map(([device, adapter]) => `- ${device}: ${named(adapter)}`),
    ].join("\n"),
    `Median milliseconds of ${rounds} runs in turn with the other devices, after one that is not counted; every run ends when its result is read. A ratio above 1 says that the cpu device took longer.`,
    table(["cpu", ...Object.keys(adapters)], rows),
  ];
  if (leftOut.length > 0) parts.push(`Left out, for want of time: ${leftOut.join("; ")}.`);
  return parts.join("\n\n");
}

function named(adapter: Adapter | null): string {
  if (adapter === null) return "nothing in this browser";
  return `${adapter.name} (${adapter.software ? "software rendering" : "a graphics card"})`;
}

/** What to say first where no card was used at all. */
function warning({ adapters, softwareAsked }: Run): string[] {
  const all = Object.values(adapters).filter((adapter) => adapter !== null);
  if (all.some(({ software }) => !software)) return [];
  const why = softwareAsked ? "No graphics card was used" : "No graphics card was at hand";
  return [`**${why}; these times are a software renderer's, on the cores named below, and say nothing about a card.**`];
}
