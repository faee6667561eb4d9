import type { Io } from "./io.ts";

const redrawMilliseconds = 100;

/** How far a long job is, on stderr: a bar that redraws itself on a terminal, else a plain line for each `milestone`. */
export class Progress {
  readonly #io: Io;
  readonly #quiet: boolean;
  readonly #total: number;
  readonly #start = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(io: Io, total: number, quiet: boolean) {
    this.#io = io;
    this.#total = total;
    this.#quiet = quiet;
  }

  /** `done` of `total` steps; a milestone is always shown, other calls only while a bar is being drawn. */
  update(done: number, text: string, milestone: boolean): void {
    if (this.#quiet) return;
    const { stderr } = this.#io;
    const percent = `${Math.floor((100 * done) / this.#total)}%`.padStart(4);
    const left = done < this.#total ? `${duration(this.#secondsLeft(done))} left` : `${duration(this.seconds)} in all`;
    if (!stderr.isTTY) {
      if (milestone) stderr.write(`${percent}  ${text}  ${left}\n`);
      return;
    }
    const now = performance.now();
    if (now - this.#drawn < redrawMilliseconds && done < this.#total) return;
    this.#drawn = now;
    const columns = stderr.columns || 80; // 0 where a terminal does not know
    const tail = ` ${percent}  ${text}  ${left}`;
    const width = Math.max(0, Math.min(30, columns - tail.length - 1));
    const filled = Math.round((width * done) / this.#total);
    const bar = this.#paint("█".repeat(filled)) + "░".repeat(width - filled);
    stderr.write(`\r\x1b[2K${bar}${tail.slice(0, columns - width - 1)}`);
  }

  /** Leaves the bar as it stands: what is written next starts on a new line. */
  end(): void {
    if (!this.#quiet && this.#io.stderr.isTTY && Number.isFinite(this.#drawn)) this.#io.stderr.write("\n");
  }

  /** Since the start. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  #secondsLeft(done: number): number {
    return (this.seconds / Math.max(done, 1)) * (this.#total - done);
  }

  #paint(text: string): string {
    return this.#io.env.NO_COLOR ? text : `\x1b[36m${text}\x1b[39m`; // cyan
  }
}

/** "8s", "2m 05s", "1h 03m" */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`;
}
