import { type Io, Stopped } from "../io.ts";
import { Progress } from "../progress.ts";

/** Says that this share of a phase is done, in 0..1. Throws `Stopped` once the person has asked to stop. */
export type Tell = (share: number) => void;

/** Named parts of measuring, each with what it costs, under one progress bar. */
export class Phases<Name extends string> {
  readonly #costs: Readonly<Record<Name, number>>;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  #done = 0;

  /** Only the ratios of the costs count: the time left is told from them. */
  constructor(io: Io, quiet: boolean, costs: Readonly<Record<Name, number>>) {
    this.#costs = costs;
    const total = Object.values<number>(costs).reduce((sum, cost) => sum + cost, 0);
    this.#progress = new Progress(io, total, quiet);
    this.#signal = io.signal;
  }

  /** Carries out one part. */
  async run<T>(name: Name, work: (tell: Tell) => Promise<T>): Promise<T> {
    const cost = this.#costs[name];
    const tell = (share: number): void => {
      if (this.#signal.aborted) throw new Stopped("stopped while measuring; the trained weights are saved");
      this.#progress.update(this.#done + share * cost, name, share === 0);
    };
    tell(0);
    const result = await work(tell);
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
