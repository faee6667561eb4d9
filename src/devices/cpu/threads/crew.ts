import { worker as workerText } from "../kernels.generated.ts";
import { Board, type Kernel, type Posted } from "./board.ts";
import { type Hand, startWorker } from "./host.ts";
import type { Start } from "./worker.ts";

/** How long a launch waits for a thread that has begun a chunk, which takes milliseconds, before it is given up. */
const longest = 20_000;

/** What all threads run. */
export interface Program {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: readonly Kernel[];
}

/** One launch, as `Machine.share` is asked for it, with the kernel's name for messages. */
export interface Launch extends Posted {
  readonly name: string;
}

/**
 * The threads that compute beside the one that launches, each a worker with an instance of the same module over the same
 * memory. They come up in their own time; until then, and whenever they are late, the launching thread does the work.
 */
export class Crew {
  readonly #board = new Board();
  readonly #hands: Hand[];
  readonly #kernels: readonly Kernel[];
  readonly #memory: WebAssembly.Memory;
  /** Why threads ended that should not have. */
  readonly #lost: string[] = [];
  /** How many could not begin. */
  #refused = 0;
  #told = 0;
  #dismissed = false;
  readonly #patience: number;

  /**
   * `size` threads, the launching one included. `refused` hears why one could not begin. `patience`: how many milliseconds
   * a launch waits for a thread that has begun.
   */
  constructor(
    { module, memory, kernels }: Program,
    size: number,
    refused: (why: string) => void,
    patience: number = longest,
  ) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#patience = patience;
    this.#hands = Array.from({ length: size - 1 }, (_, i) => {
      const thread = i + 1;
      const start: Start = { module, memory, board: this.#board.memory, thread };
      return startWorker(workerText, start, (why) => {
        if (this.#dismissed) return;
        if (this.#board.ready.includes(thread)) this.#lost.push(`thread ${thread} of ${size} has ended: ${why}`);
        else {
          this.#refused++;
          refused(`thread ${thread} of ${size} did not begin: ${why}`);
        }
      });
    });
  }

  /** Threads that have come up, the launching one included. */
  get ready(): number {
    return 1 + this.#board.ready.length - this.#lost.length;
  }

  /** Whether some have yet to come up. */
  get expected(): boolean {
    return !this.#dismissed && this.#board.ready.length + this.#refused < this.#hands.length;
  }

  /**
   * Runs a launch on all threads that are free. Throws, naming the thread, where its kernel failed, or where it has begun
   * and does not end (memory is then not safe from it, so all are ended), or, once, where one has ended by itself.
   */
  run({ name, ...posted }: Launch): void {
    this.attend(name);
    const board = this.#board;
    board.open(posted, this.#memory.buffer.byteLength / 65_536);
    let late: readonly number[] = [];
    try {
      board.takeUnits(this.#kernels, 0);
    } finally {
      board.close();
      if (!board.settle(this.#patience)) {
        late = board.busy;
        this.end();
      }
    }
    const named = (thread: number): string => `thread ${thread} of ${this.#hands.length + 1}`;
    if (late.length > 0) {
      const seconds = this.#patience / 1000;
      throw new Error(`${name}: ${late.map(named).join(" and ")} did not end in ${seconds} s: was its worker ended?`);
    }
    const { failure } = board;
    if (failure) throw new Error(`${name}: ${named(failure.thread)}: ${failure.message}`);
  }

  /** Throws, once, where a thread has ended by itself. */
  attend(name: string): void {
    const lost = this.#lost.findLast((_, i) => i >= this.#told);
    this.#told = this.#lost.length;
    if (lost !== undefined) throw new Error(`${name}: ${lost}; the others go on`);
  }

  /** Sends the threads home: each ends when it has done what it is doing. */
  dismiss(): void {
    this.#dismissed = true;
    this.#board.dismiss();
  }

  /** Whether the threads were sent home or ended: there are no others. */
  get dismissed(): boolean {
    return this.#dismissed;
  }

  /** Ends the threads at once. */
  end(): void {
    this.#dismissed = true;
    for (const hand of this.#hands) hand.end();
  }
}
