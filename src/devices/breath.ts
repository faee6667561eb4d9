/** How far memory in use may rise before finalizers get a turn, in bytes. */
const breath = 2 ** 26;
/** Bytes that make Node 20's collector start at once, measured; and turns of the event loop that it may take. */
const ballast = 2 ** 27;
const turns = 8;

/**
 * Gives the finalizers of collected storages a turn, where much of a device's memory has come into use. They run between
 * macrotasks, after a collection; and the collector does not feel memory of WebAssembly or of a graphics card, so it is
 * shown ballast, an array of JavaScript that is never touched and so takes no memory either.
 */
export class Breath {
  readonly #used: () => number;
  readonly #rise: number;
  /** Memory in use when finalizers last had their turn. */
  #last = 0;
  #taking: Promise<void> | undefined;

  /** `used` tells the bytes in use, of `limit` at most. */
  constructor(used: () => number, limit: number = Number.POSITIVE_INFINITY) {
    this.#used = used;
    this.#rise = Math.min(breath, limit / 8);
  }

  /** One for all who ask while it is under way. */
  take(): Promise<void> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #take(): Promise<void> {
    const before = this.#used();
    this.#last = Math.min(this.#last, before);
    if (before - this.#last < this.#rise) return;
    for (let turn = 0; turn < turns && this.#used() >= before; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0, weight()));
    }
    this.#last = this.#used();
  }
}

function weight(): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(ballast);
  } catch {
    return undefined; // no room for it: then the collector is under way already
  }
}
