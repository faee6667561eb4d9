import type { ViewStep } from "../../data/index.ts";
import type { Preparation } from "../train/preparation.ts";

/** What to do with a picture before the encoder sees it, in order, in words. */
export function toldPreparation({ shape: [channels, height, width], steps }: Preparation): string[] {
  const last = steps.at(-1);
  const before = last?.[0] === "normalizeChannels" ? steps.slice(0, -1) : steps;
  return [
    `decode to bytes, ${channels === 1 ? "grey" : "red, green, blue"}`,
    ...before.map(told),
    "divide by 255",
    ...(last?.[0] === "normalizeChannels" ? [told(last)] : []),
    `order as [n, ${channels}, ${height}, ${width}]: picture, channel, row, column`,
  ];
}

function told(step: ViewStep): string {
  const [name, ...given] = step;
  if (step[0] === "resize" && typeof step[1] === "number") {
    return `resize, bilinear with antialiasing (Pillow's), so that the shorter side has ${step[1]} pixels`;
  }
  if (step[0] === "centerCrop") return `cut out the middle, ${[step[1], step[1]].flat().slice(-2).join("x")} pixels`;
  if (step[0] === "normalizeChannels") {
    return `subtract [${step[1].mean.join(", ")}] and divide by [${step[1].std.join(", ")}], channel by channel`;
  }
  return [name, ...given.map((value) => JSON.stringify(value))].join(" ");
}
