/** How long a computation may run before timers, signals and the screen get their turn. */
const sliceMilliseconds = 50;

/** Lets a long loop give way: `await turns.give()` at every round costs next to nothing until a slice is used up. */
export class Turns {
  #since = performance.now();

  give(): Promise<void> | undefined {
    if (performance.now() - this.#since < sliceMilliseconds) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#since = performance.now();
        resolve();
      });
    });
  }
}
