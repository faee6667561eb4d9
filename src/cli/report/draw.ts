import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** An SVG drawing as text. Everything that is not a data colour is the page's own text colour. label: without <, & and quotes. */
export function draw(label: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 400,
    height: 250,
    marginTop: 30,
    marginLeft: 48,
    marginBottom: 44,
    style: { background: "transparent", color: "inherit", fontSize: "13px", overflow: "visible" },
    ariaLabel: label,
    ...options,
    x: { labelArrow: "none", ...options.x },
    y: { labelArrow: "none", ...options.y },
  });
  return svg.outerHTML;
}

/** Text that can be read on top of data. */
export const onData = { fill: "currentColor", stroke: "var(--ground)", strokeWidth: 4 } as const;

/** A dashed line that stands for a known value. */
export const dashed = { stroke: "currentColor", strokeDasharray: "5 4" } as const;
