import { once } from "node:events";
import { type Io, Stopped } from "./io.ts";
import { Progress } from "./progress.ts";

/**
 * Says that this share of a phase is done, in 0..1, and how it stands, with `milestone` where that is always to be seen.
 * Throws `Stopped` once the person has asked to stop.
 */
export type Tell = (share: number, standing?: string, milestone?: boolean) => void;

/** Tells what is done of a part that goes from share `from` to share `to` of the whole. */
export function within(tell: Tell, from: number, to: number): Tell {
  return (share) => tell(from + share * (to - from));
}

/** Named parts of measuring, each with what it costs, under one progress bar. */
export class Phases<Name extends string> {
  readonly #costs: Readonly<Record<Name, number>>;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #stopped: string;
  #done = 0;

  /**
   * Only the ratios of the costs count: the time left is told from them. `stopped` is what a person is told who has asked to
   * stop; `patience`: see `Progress`.
   */
  constructor(io: Io, quiet: boolean, costs: Readonly<Record<Name, number>>, stopped: string, patience: number = 0) {
    this.#costs = costs;
    this.#stopped = stopped;
    const total = Object.values<number>(costs).reduce((sum, cost) => sum + cost, 0);
    this.#progress = new Progress(io, total, quiet, { patience });
    this.#signal = io.signal;
  }

  /** Carries out one part. Rejects with `Stopped` when the person asks to stop; what `work` has under way is left alone. */
  async run<T>(name: Name, work: (tell: Tell) => Promise<T>): Promise<T> {
    const cost = this.#costs[name];
    const stop = (): never => {
      throw new Stopped(this.#stopped);
    };
    const tell: Tell = (share, standing, milestone = share === 0) => {
      if (this.#signal.aborted) stop();
      const text = standing === undefined ? name : `${name}  ${standing}`;
      this.#progress.update(this.#done + share * cost, text, milestone);
    };
    tell(0);
    const over = new AbortController();
    const stopped = once(this.#signal, "abort", over).then(stop); // at once, also where work tells nothing for long
    const result = await Promise.race([work(tell), stopped])
      .catch((error: unknown) => {
        this.end(); // what is told of it begins on a line of its own
        throw error;
      })
      .finally(() => over.abort());
    this.#done += cost;
    return result;
  }

  /** Since the start. */
  get seconds(): number {
    return this.#progress.seconds;
  }

  /** Leaves the bar as it stands. */
  end(): void {
    this.#progress.end();
  }
}
