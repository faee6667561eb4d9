import { createInterface } from "node:readline";
import { type Job, type Once, ready, type Ways } from "../job.ts";

/**
 * What a lane is asked for, one line of JSON each: to make ready a job, or to do it, `warm` once without the watch before, and
 * then until so many milliseconds have passed, at least once.
 */
export type Request = { readonly prepare: Job } | Turn;

export interface Turn {
  readonly warm: boolean;
  readonly milliseconds: number;
}

/** What it answers, one line of JSON each. */
export type Reply =
  /** Milliseconds of one time, the mean of all, 0 for making ready; the most memory the process had so far, in bytes; what works there. */
  { readonly milliseconds: number; readonly peak: number; readonly about: string } | { readonly error: string };

/** How a library tells of itself. */
export interface Telling {
  /** Shortens what went wrong. */
  readonly explain?: (message: string) => string;
  /** What works, in words, once it has worked. */
  readonly about?: () => string;
}

/** Answers on standard output what comes on standard input, until that ends. */
export async function serve(ways: Ways, telling: Telling = {}): Promise<void> {
  const { explain = (message) => message, about = () => "" } = telling;
  console.log = console.error; // a library that greets must not come between
  let once: Once | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: Reply;
    try {
      const request = JSON.parse(line) as Request;
      let milliseconds = 0;
      if ("prepare" in request) once = await ready(ways, request.prepare);
      else milliseconds = await timed(once, request);
      reply = { milliseconds, peak: process.resourceUsage().maxRSS * 1024, about: about() };
    } catch (error) {
      reply = { error: explain(error instanceof Error ? error.message : String(error)) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

async function timed(once: Once | undefined, { warm, milliseconds }: Turn): Promise<number> {
  if (once === undefined) throw new Error("nothing was made ready");
  if (warm) await once();
  const start = performance.now();
  let own = 0; // of jobs that hold the watch themselves
  let passed = 0;
  let times = 0;
  do {
    const said = await once();
    if (typeof said === "number") own += said;
    times++;
    passed = performance.now() - start;
  } while (passed < milliseconds);
  return (own > 0 ? own : passed) / times;
}
