import { type Io, Stopped } from "../io.ts";

/** What a person is told who has asked metrics to stop. */
export const stopped = "stopped; no file was written";

/** Throws once the person has asked to stop: before anything is written. */
export function stopIfAsked({ signal }: Io): void {
  if (signal.aborted) throw new Stopped(stopped);
}
