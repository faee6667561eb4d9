import type { Command } from "../command.ts";
import { UsageError } from "../io.ts";
import { meant } from "../meant.ts";
import { trainHelp } from "./help.ts";
import { tasks } from "./tasks.ts";

const named = (name: string | undefined) => tasks.find(({ recipe }) => recipe.name === name);

/** `align-uniform train ...` */
export const train: Command = {
  topicOf: ([name]) => named(name)?.recipe.name,
  help: (topic) => named(topic)?.help() ?? trainHelp(tasks.map(({ recipe }) => recipe)),
  async run([name, ...rest], io) {
    const found = named(name);
    if (found !== undefined) return found.start(rest, io);
    const names = tasks.map(({ recipe }) => recipe.name);
    const got = name === undefined ? "" : `; got "${name}"${meant(name, names)}`;
    throw new UsageError(`train: say first what to train on: ${names.join(", ")}${got}`);
  },
};
