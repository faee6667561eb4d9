import { once } from "node:events";
import { type Io, Stopped } from "./io.ts";

/** Rejects with `Stopped`, saying so, as soon as the person asks, whatever the work waits for; it is left alone. */
export async function stoppable<T>(work: Promise<T>, { signal }: Pick<Io, "signal">, stopped: string): Promise<T> {
  const over = new AbortController();
  const asked = once(signal, "abort", { signal: over.signal }).then(() => {
    throw new Stopped(stopped);
  });
  return Promise.race([work, asked]).finally(() => over.abort());
}
