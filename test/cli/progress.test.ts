import { afterEach, describe, expect, it, vi } from "vitest";
import { type Io, Stopped } from "../../src/cli/io.ts";
import { Phases } from "../../src/cli/phases.ts";
import { Progress } from "../../src/cli/progress.ts";

afterEach(() => vi.restoreAllMocks());

/** What stands around a job: all that it writes, and a clock in seconds. */
function watched({
  isTTY = true,
  columns = 60,
  env = {},
}: {
  isTTY?: boolean;
  columns?: number;
  env?: Io["env"];
} = {}) {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (part: string) => void written.push(part) };
  const stop = new AbortController();
  const io: Io = { stdout: stream, stderr: stream, env, signal: stop.signal };
  const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
  return { io, written, stop, at: (seconds: number) => void clock.mockReturnValue(1000 + 1000 * seconds) };
}

/** What is shown on a terminal at the end of a job that took so long. */
function shown(seconds: number, env: Io["env"] = {}): string {
  const { io, written, at } = watched({ env });
  const progress = new Progress(io, 4, false);
  at(seconds);
  progress.update(4, "text", true);
  return written.join("");
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

  it("leaves its bar once, however often it ends", () => {
    const { io, written } = watched();
    const progress = new Progress(io, 4, false);
    progress.update(1, "text", true);
    progress.end();
    progress.end();
    expect(written.filter((text) => text === "\n")).toHaveLength(1);
  });

  it("shows nothing before its patience is over", () => {
    const { io, written, at } = watched();
    const progress = new Progress(io, 4, false, { patience: 500 });
    at(0.4);
    progress.update(1, "text", true);
    expect(written).toEqual([]);
    at(0.6);
    progress.update(2, "text", true);
    expect(written).toHaveLength(1);
  });

  it("tells the time left from the work of this process alone", () => {
    const { io, written, at } = watched({ isTTY: false });
    const progress = new Progress(io, 100, false, { from: 80 });
    progress.update(80, "text", true);
    at(10);
    progress.update(85, "text", true);
    expect(written).toEqual([" 80%  text\n", " 85%  text  30s left\n"]);
  });

  it("writes a plain line now and then where there is no terminal, and at every milestone", () => {
    const { io, written, at } = watched({ isTTY: false });
    const progress = new Progress(io, 100, false);
    for (let i = 1; i <= 25; i++) {
      at(i);
      progress.update(i, "text", i === 14);
    }
    expect(written.map((line) => line.trim().split(" ")[0])).toEqual(["1%", "11%", "14%", "24%"]);
  });

  it.each([0, 1, 5, 10, 25, 26, 40, 60, 200])("keeps within a terminal of %d columns", (columns) => {
    const { io, written, at } = watched({ columns, env: { NO_COLOR: "1" } });
    const progress = new Progress(io, 4, false);
    at(1);
    progress.update(3, "epoch 1/1  align 0.297", false);
    const line = written.join("").replace("\r\x1b[2K", "");
    expect(line.length).toBeLessThan(columns || 80);
    if (columns === 0 || columns > 60)
      expect(line).toMatch(/^[█░]{30} {2}75% {2}epoch 1\/1 {2}align 0\.297 {2}0s left$/);
  });
});

describe("phases", () => {
  it("count as what they cost, under one bar", async () => {
    const { io, written, at } = watched({ isTTY: false });
    const phases = new Phases(io, false, { short: 1, long: 3 }, "stopped");
    await phases.run("short", async () => at(1));
    const value = await phases.run("long", async (tell) => {
      at(12);
      tell(0.5);
      return 7;
    });
    expect(value).toBe(7);
    expect(written).toEqual(["  0%  short\n", " 25%  long  3s left\n", " 62%  long  7s left\n"]);
    expect(phases.seconds).toBe(12);
  });

  it("stop at the next word from the work once the person has asked", async () => {
    const { io, stop } = watched();
    const phases = new Phases(io, true, { first: 1, second: 1 }, "stopped while measuring");
    const far: string[] = [];
    const work = phases.run("first", async (tell) => {
      tell(0.5);
      stop.abort();
      far.push("half");
      tell(0.6);
      far.push("more");
    });
    await expect(work).rejects.toThrow(Stopped);
    await expect(phases.run("second", async () => void far.push("second"))).rejects.toThrow(Stopped);
    expect(far).toEqual(["half"]);
  });
});
