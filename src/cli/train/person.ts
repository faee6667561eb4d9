import { type Io, Stopped } from "../io.ts";
import { Progress } from "../progress.ts";

/** Whoever waits for the run: hears and may speak. */
export interface Person {
  /** Tells what is under way; `--quiet` hides it. */
  say(text: string): void;
  /** Tells what is not as they may think; always. */
  warn(text: string): void;
  /** Tells which share of the data was read to know them again, in 0..1. Throws `Stopped` once they have asked to stop. */
  reading(share: number): void;
  /** Aborts when they ask to stop. */
  readonly signal: AbortSignal;
}

export const nothingChanged = "stopped before anything was changed";

/** The person at a terminal, or behind a file. */
export function personAt(io: Io, quiet: boolean): Person {
  const { signal } = io;
  const warn = (text: string): unknown => io.stderr.write(`${text}\n`);
  let bar: Progress | undefined;
  return {
    warn,
    say: quiet ? () => {} : warn,
    reading(share) {
      bar ??= new Progress(io, 1, quiet, { patience: 2000 });
      bar.update(share, "reading the data once, to know them again", false);
      if (share >= 1 || signal.aborted) bar.end();
      if (signal.aborted) throw new Stopped(nothingChanged);
    },
    signal,
  };
}
