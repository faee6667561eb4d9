import { afterEach, describe, expect, it, vi } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { Progress } from "../../src/cli/progress.ts";

afterEach(() => vi.restoreAllMocks());

/** What is shown on a terminal at the end of a job that took so long. */
function shown(seconds: number, env: Io["env"] = {}): string {
  let text = "";
  const stream = { isTTY: true, columns: 60, write: (part: string) => { text += part; } }; // biome-ignore format: short
  const io: Io = { stdout: stream, stderr: stream, env, signal: new AbortController().signal };
  const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
  const progress = new Progress(io, 4, false);
  clock.mockReturnValue(1000 + 1000 * seconds);
  progress.update(4, "text", true);
  return text;
}

describe("progress", () => {
  it.each([
    [8.4, "8s"],
    [59.6, "1m 00s"],
    [125, "2m 05s"],
    [3599, "59m 59s"],
    [3780, "1h 03m"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(shown(seconds)).toMatch(new RegExp(` 100%  text  ${text} in all$`));
  });

  it("is coloured unless NO_COLOR says otherwise", () => {
    expect(shown(1)).toContain("\x1b[36m█");
    expect(shown(1, { NO_COLOR: "" })).toContain("\x1b[36m█");
    expect(shown(1, { NO_COLOR: "1" })).toMatch(/\[2K█+ 100%/);
  });
});
