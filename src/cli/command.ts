import type { Io } from "./io.ts";

/** What the first word of a command line stands for. Its code is light: what it needs to run loads when it runs. */
export interface Command {
  /** The word after it that has a help of its own, such as a task's name, if there is one. */
  topicOf?(argv: readonly string[]): string | undefined;
  /** What `--help` prints. */
  help(topic?: string): string;
  /** Does what the arguments after the command say. Resolves to the exit code. Rejects with a UsageError for what it does not know; where the arguments alone tell, before anything is loaded. */
  run(argv: readonly string[], io: Io): Promise<number>;
}
