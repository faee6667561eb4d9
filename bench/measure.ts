/** What is in a cell of the table: median milliseconds, or what stands instead of them. */
export type Cell = number | string;

/** One who does the work: made ready first, then timed as often as wanted. */
export interface Contestant {
  prepare(): Promise<unknown>;
  /** Does the work, once or a few times; milliseconds of one time. */
  time(): Promise<number>;
  /** Stops whatever it is doing: it is out. */
  giveUp?(): void;
}

export interface Rules {
  /** How often each is timed, after a first time that is not counted. */
  readonly rounds: number;
  /** Milliseconds after which a run, or making ready for it, is given up. */
  readonly limit: number;
}

/** The middle number, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median times of contestants who take turns, so that what else the machine does falls on all alike: all make ready
 * and do a first run, then each does one run a round. One that fails or is too slow is out, and its cell says why.
 */
export async function measured(contestants: readonly Contestant[], { rounds, limit }: Rules): Promise<Cell[]> {
  const times = contestants.map((): number[] => []);
  const out: (string | undefined)[] = contestants.map(() => undefined);
  for (let round = -1; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (out[i] !== undefined) continue;
      try {
        if (round < 0) await within(limit, contestant.prepare(), " to make ready");
        const milliseconds = await within(limit, contestant.time(), round < 0 ? " for a first run" : "");
        if (round >= 0) times[i].push(milliseconds);
      } catch (error) {
        out[i] = error instanceof Error ? error.message : String(error);
        contestant.giveUp?.();
      }
    }
  }
  return contestants.map((_, i) => out[i] ?? median(times[i]));
}

async function within<T>(limit: number, result: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`> ${limit / 1000} s${what}`)), limit);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    result.catch(() => {}); // what it says later, when it was given up, is of no interest
  }
}
