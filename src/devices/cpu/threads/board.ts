/** A kernel as every thread has it: numbers in, and of the units it is asked for the results in memory. */
export type Kernel = (...given: number[]) => void;

/** A launch as it stands on the board. */
export interface Posted {
  /** The kernel's number among the module's functions. */
  readonly kernel: number;
  readonly units: number;
  readonly chunk: number;
  readonly given: readonly number[];
  /** Where scratch memory begins and how many bytes of it each thread has; negative where the kernel takes none. */
  readonly scratch: number;
  readonly room: number;
}

/** Where on the board which whole number stands. */
const places = {
  /** Of the launch: threads that wait look for it to change. */
  round: 0,
  /** 1 while there may be units to take; `dismissed` when there will never be any more. */
  open: 1,
  /** The first unit that nobody has taken. */
  next: 2,
  /** A bit for each thread that may be computing. */
  busy: 3,
  /** A bit for each thread that has come up. */
  ready: 4,
  /** The kernel's number, its units, how many are taken at once, how many numbers it is given. */
  kernel: 5,
  units: 6,
  chunk: 7,
  given: 8,
  /** Of a thread whose kernel failed, and how long its message is. */
  failed: 9,
  message: 10,
  /** How much memory there is, in pages. */
  pages: 11,
} as const;

/** The board has a bit for each. */
export const mostThreads = 32;

const dismissed = 2;
const mostGiven = 32;
const longestMessage = 400;
/** Where the given numbers and the message begin, in bytes. */
const [givenAt, messageAt] = [64, 64 + 8 * (mostGiven + 2)];

/** How long a thread that waits looks before it sleeps, in milliseconds: longer than the gaps between a step's launches. */
const alert = 0.2;

/**
 * What threads agree through, one launch at a time: a block of shared memory with whole numbers, the numbers that a kernel
 * is given, and what went wrong. Units are taken in chunks by whoever is free, the launching thread among them, so a
 * launch never waits for a thread that has not begun.
 */
export class Board {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #given: Float64Array;
  readonly #message: Uint16Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(messageAt + 2 * longestMessage)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, givenAt / 4);
    this.#given = new Float64Array(memory, givenAt, mostGiven + 2);
    this.#message = new Uint16Array(memory, messageAt, longestMessage);
  }

  /** Threads that have come up, by number; the launching one, 0, needs not. */
  get ready(): number[] {
    return numbersIn(Atomics.load(this.#words, places.ready));
  }

  /** Threads that may be computing, the launching one aside. */
  get busy(): number[] {
    return numbersIn(Atomics.load(this.#words, places.busy));
  }

  /**
   * Puts a launch on the board and wakes who sleeps. Thread k is given scratch + k room, the address of its own scratch
   * memory, unless room is negative: then the kernel takes none. pages: of memory, now.
   */
  open({ kernel, units, chunk, given, scratch, room }: Posted, pages: number): void {
    if (given.length > mostGiven) throw new RangeError(`${given.length} numbers for one kernel`);
    const words = this.#words;
    words[places.kernel] = kernel;
    words[places.units] = units;
    words[places.chunk] = chunk;
    words[places.given] = given.length;
    words[places.failed] = 0;
    words[places.pages] = pages;
    this.#given.set([scratch, room, ...given]);
    Atomics.store(words, places.next, 0);
    Atomics.store(words, places.open, 1);
    Atomics.add(words, places.round, 1);
    Atomics.notify(words, places.round);
  }

  /** Computes units, chunk after chunk, until none is left to take. */
  takeUnits(kernels: readonly Kernel[], thread: number): void {
    const words = this.#words;
    const [scratch, room, ...given] = this.#given.subarray(0, 2 + words[places.given]);
    if (room >= 0) given.push(scratch + thread * room);
    const kernel = kernels[words[places.kernel]];
    const [units, chunk] = [words[places.units], words[places.chunk]];
    for (;;) {
      const from = Atomics.add(words, places.next, chunk);
      if (from >= units) return;
      kernel(...given, from, Math.min(units, from + chunk));
    }
  }

  /** Lets nobody begin any more. */
  close(): void {
    Atomics.store(this.#words, places.open, 0);
  }

  /** Sends all threads home for good. */
  dismiss(): void {
    Atomics.store(this.#words, places.open, dismissed);
    Atomics.add(this.#words, places.round, 1);
    Atomics.notify(this.#words, places.round);
  }

  /** Waits until no thread computes, at most so many milliseconds. Whether that was enough. */
  settle(milliseconds: number): boolean {
    const words = this.#words;
    if (changed(words, places.busy, (busy) => busy === 0)) return true;
    const end = performance.now() + milliseconds;
    for (;;) {
      const busy = Atomics.load(words, places.busy);
      if (busy === 0) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(words, places.busy, busy, left);
    }
  }

  /** Which thread's kernel failed in the last launch, and how. */
  get failure(): { readonly thread: number; readonly message: string } | undefined {
    const thread = this.#words[places.failed];
    if (thread === 0) return undefined;
    return { thread, message: String.fromCharCode(...this.#message.subarray(0, this.#words[places.message])) };
  }

  /**
   * What a thread does all its life: waits for a launch, takes units of it, until it is dismissed. `grown` is called before
   * the first launch after memory has grown.
   */
  serve(kernels: readonly Kernel[], thread: number, grown: () => void): void {
    const words = this.#words;
    const bit = 1 << thread;
    let round = 0;
    let pages = 0;
    Atomics.or(words, places.ready, bit);
    for (;;) {
      round = this.#roundAfter(round);
      Atomics.or(words, places.busy, bit); // before the look at `open`: who closes it then sees the bit
      const open = Atomics.load(words, places.open);
      try {
        if (open === 1) {
          if (words[places.pages] !== pages) grown();
          pages = words[places.pages];
          this.takeUnits(kernels, thread);
        }
      } catch (error) {
        this.#fail(thread, String(error));
      }
      if ((Atomics.and(words, places.busy, ~bit) & ~bit) === 0) Atomics.notify(words, places.busy);
      if (open === dismissed) return;
    }
  }

  #roundAfter(seen: number): number {
    const words = this.#words;
    if (!changed(words, places.round, (round) => round !== seen)) Atomics.wait(words, places.round, seen);
    return Atomics.load(words, places.round);
  }

  #fail(thread: number, message: string): void {
    const text = message.slice(0, longestMessage);
    for (let i = 0; i < text.length; i++) this.#message[i] = text.charCodeAt(i);
    this.#words[places.message] = text.length;
    Atomics.store(this.#words, places.failed, thread);
  }
}

/** Looks at a word until it is as wished, for a while. Whether it came to be. */
function changed(words: Int32Array, place: number, wished: (value: number) => boolean): boolean {
  const end = performance.now() + alert;
  do {
    for (let look = 0; look < 100; look++) if (wished(Atomics.load(words, place))) return true;
  } while (performance.now() < end);
  return false;
}

/** Which of 32 bits are set. */
function numbersIn(bits: number): number[] {
  return Array.from({ length: mostThreads }, (_, i) => i).filter((i) => (bits >>> i) & 1);
}
