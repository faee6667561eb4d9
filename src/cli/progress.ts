import type { Io } from "./io.ts";

const redrawMilliseconds = 100;

export interface ProgressOptions {
  readonly from?: number;
  readonly patience?: number;
}

/** How far a long job is, on stderr: a bar that redraws itself on a terminal, else a plain line now and then. */
export class Progress {
  readonly #io: Io;
  readonly #quiet: boolean;
  readonly #total: number;
  readonly #from: number;
  readonly #patience: number;
  readonly #start = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  /**
   * Of `total` units of work `from` were done before: they tell nothing of today's speed. Nothing is shown before `patience`
   * milliseconds have passed: a short job needs no bar.
   */
  constructor(io: Io, total: number, quiet: boolean, { from = 0, patience = 0 }: ProgressOptions = {}) {
    this.#io = io;
    this.#total = total;
    this.#quiet = quiet;
    this.#from = from;
    this.#patience = patience;
    // Where lines stay, a patient job's first comes as late as all that follow.
    if (patience > 0 && !io.stderr.isTTY) this.#drawn = this.#start;
  }

  /** `done` of `total` units; a milestone is always shown, other calls only when the last one shown is old enough. */
  update(done: number, text: string, milestone: boolean): void {
    if (this.#quiet) return;
    const { stderr } = this.#io;
    const now = performance.now();
    if (now - this.#start < this.#patience) return;
    const age = now - this.#drawn;
    if (
      stderr.isTTY
        ? age < redrawMilliseconds && done < this.#total
        : age < plainMilliseconds && !(milestone && this.#patience === 0)
    )
      return;
    this.#drawn = now;
    const percent = `${Math.floor((100 * done) / this.#total)}%`.padStart(4);
    const line = `${percent}  ${text}  ${this.#timeAt(done)}`.trimEnd();
    if (!stderr.isTTY) {
      stderr.write(`${line}\n`);
      return;
    }
    const columns = stderr.columns || 80; // 0 where a terminal does not know
    const width = Math.max(0, Math.min(30, columns - line.length - 2));
    const filled = Math.round((width * done) / this.#total);
    const bar = this.#paint("█".repeat(filled)) + "░".repeat(width - filled);
    stderr.write(`\r\x1b[2K${bar}${` ${line}`.slice(0, columns - width - 1)}`); // the last column would wrap
  }

  /** Leaves the bar as it stands: what is written next starts on a new line, once. */
  end(): void {
    if (this.#quiet || !this.#io.stderr.isTTY || !Number.isFinite(this.#drawn)) return;
    this.#io.stderr.write("\n");
    this.#drawn = Number.NEGATIVE_INFINITY;
  }

  /** Since the start. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  #timeAt(done: number): string {
    if (done >= this.#total) return `${duration(this.seconds)} in all`;
    if (done <= this.#from) return "";
    return `${duration((this.seconds / (done - this.#from)) * (this.#total - done))} left`;
  }

  #paint(text: string): string {
    return this.#io.env.NO_COLOR ? text : `\x1b[36m${text}\x1b[39m`; // cyan
  }
}

/** How often a stream that is no terminal gets a line. */
const plainMilliseconds = 10_000;

/** "8s", "2m 05s", "1h 03m" */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`;
}
