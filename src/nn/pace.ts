import type { Tensor } from "../autograd/tensor.ts";

/** How long work may go on before timers, signals and the screen get their turn. */
const sliceMilliseconds = 15;

/** Pieces of work a device that works on its own may be ahead of what was read. */
const inFlightLimit = 2;

/** Keeps a loop of long pieces of work bearable for what goes on beside it: the event loop, a device's memory, its queue. */
export class Pace {
  readonly #inFlight: Promise<unknown>[] = [];
  #sliceStart: number = performance.now();

  /** To be awaited after each piece of work; `result` is the last thing that was made in it. */
  async after(result: Tensor): Promise<void> {
    if (result.device.asynchronous) {
      const done = result.data();
      done.catch(() => {}); // thrown where it is awaited, below or at the caller's own read
      this.#inFlight.push(done);
      while (this.#inFlight.length >= inFlightLimit) await this.#inFlight.shift();
    }
    await result.device.breathe?.();
    if (performance.now() - this.#sliceStart > sliceMilliseconds) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#sliceStart = performance.now();
    }
  }
}
