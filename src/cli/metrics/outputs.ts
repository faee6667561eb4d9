import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpu } from "../../devices/cpu/cpu.ts";
import { writeFileAtomic } from "../../node/atomic.ts";
import { deedsOf } from "../deeds.ts";
import type { Io } from "../io.ts";
import { counted } from "../shown.ts";
import type { MetricsFlags } from "./flags.ts";
import type { Part } from "./part.ts";
import type { MetricsResult, Sketch } from "./result.ts";
import { stopIfAsked } from "./stopped.ts";
import { metricsTable } from "./table.ts";

/** The result on standard output, as a table or as JSON. */
export function print(
  result: MetricsResult,
  sketch: Sketch | undefined,
  { json }: { readonly json: boolean },
  io: Io,
): void {
  io.stdout.write(json ? `${JSON.stringify(result)}\n` : metricsTable(result, sketch, io.stdout.columns ?? 80));
}

/** Writes what was asked for, each file whole or not at all. */
export async function writeFigures(
  result: MetricsResult,
  sketch: Sketch,
  { html, figures, quiet }: MetricsFlags,
  io: Io,
): Promise<void> {
  const say = (what: string): unknown => quiet || io.stderr.write(`${what}\n`);
  if (html !== undefined) {
    const { renderMetricsReport } = await import("../report/metrics-report.ts");
    const page = renderMetricsReport(result, sketch);
    stopIfAsked(io);
    await writeFileAtomic(html, page);
    say(`report: ${html}`);
  }
  if (figures !== undefined) {
    const { metricsFigures } = await import("../report/metrics-figures.ts");
    const { pngOf } = await import("../report/png.ts");
    await mkdir(figures, { recursive: true });
    const drawings = metricsFigures(result, sketch);
    for (const { name, svg } of drawings) {
      const png = await pngOf(svg);
      stopIfAsked(io);
      await writeFileAtomic(join(figures, `${name}.svg`), svg);
      await writeFileAtomic(join(figures, `${name}.png`), png);
    }
    say(`figures: ${drawings.map(({ name }) => name).join(", ")} as .svg and .png in ${figures}`);
  }
}

/** How pairs were counted, what that took and what the device did, in lines. */
export function deeds({ job }: Part): string {
  const ways = job.passes.map(
    ({ by, ts }) => `t = ${ts.join(", ")}: pairs counted ${by === "cpu" ? "on cpu" : "by plain loops in float64"}`,
  );
  const memory = `${counted(Math.round(process.resourceUsage().maxRSS / 1024))} MB of memory at most`;
  const device = Object.keys(cpu.ranOn()).length > 0 ? [deedsOf(cpu)] : [];
  return [...ways, memory, ...device].join("\n");
}
