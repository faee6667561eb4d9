import type { Command } from "../command.ts";
import { figureNames } from "./config.ts";
import { readFigureFlags } from "./flags.ts";
import { figureHelp, helpOf } from "./help.ts";

const named = (name: string | undefined) => figureNames.find((known) => known === name);

/** `align-uniform figure ...` */
export const figure: Command = {
  topicOf: ([name]) => named(name),
  help(topic) {
    const name = named(topic);
    return name === undefined ? figureHelp : helpOf(name);
  },
  async run(argv, io) {
    const flags = readFigureFlags(argv);
    const { runFigure } = await import("./run.ts");
    return runFigure(flags, io);
  },
};
