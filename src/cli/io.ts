/** Where text goes. Data is written to `stdout`, everything meant for a person who watches to `stderr`. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command may touch of its surroundings. */
export interface Io {
  /** Where a file called `-` is read from. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the person presses Ctrl-C, or the system asks the process to end. */
  readonly signal: AbortSignal;
}

/** What a command was asked is not what it understands: exit code 2. */
export class UsageError extends Error {}

/** The person has asked to stop, in the middle of work of which nothing is worth keeping. */
export class Stopped extends Error {}

export const exitCodes = { ok: 0, failure: 1, usage: 2, gate: 3, interrupted: 130 } as const;
