import type { Io } from "./io.ts";
import { stoppable } from "./stoppable.ts";

/** What the first word of a command line stands for. Its code is light: what it needs to run loads when it runs. */
export interface Command {
  /** The word after it that has a help of its own, such as a task's name, if there is one. */
  topicOf?(argv: readonly string[]): string | undefined;
  /** What `--help` prints. */
  help(topic?: string): string;
  /** Does what the arguments after the command say. Resolves to the exit code. Rejects with a UsageError for what it does not know; where the arguments alone tell, before anything is loaded. */
  run(argv: readonly string[], io: Io): Promise<number>;
}

/** What most commands are made of. */
export interface CommandParts<Flags> {
  readonly help: string;
  /** What the arguments mean. Throws a UsageError for what it does not know. */
  read(argv: readonly string[]): Flags;
  /** Loads what does it. */
  load(): Promise<(flags: Flags, io: Io) => Promise<number>>;
  /** What a person is told who asks to stop: the work is then left alone. Undefined where the work sees to it itself. */
  readonly stopped?: string;
}

/** A command of its parts. */
export function command<Flags>({ help, read, load, stopped }: CommandParts<Flags>): Command {
  return {
    help: () => help,
    async run(argv, io) {
      const flags = read(argv);
      const work = await load();
      const code = work(flags, io);
      return stopped === undefined ? code : stoppable(code, io, stopped);
    },
  };
}
