import { type Command, command } from "../command.ts";
import { figureNames } from "./config.ts";
import { readFigureFlags } from "./flags.ts";
import { figureHelp, helpOf } from "./help.ts";

const named = (name: string | undefined) => figureNames.find((known) => known === name);

/** `align-uniform figure ...` */
export const figure: Command = {
  ...command({
    help: figureHelp,
    read: readFigureFlags,
    load: async () => (await import("./run.ts")).runFigure,
  }),
  topicOf: ([name]) => named(name),
  help(topic) {
    const name = named(topic);
    return name === undefined ? figureHelp : helpOf(name);
  },
};
