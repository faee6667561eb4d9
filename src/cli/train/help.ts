import { commonFlags, type FlagHelp, optionsHelp } from "../flag-help.ts";
import type { RunConfig } from "./config.ts";
import { flagsHelp } from "./config-flags.ts";
import type { Recipe } from "./recipe.ts";

const resume: FlagHelp = [
  "--resume",
  "go on with the run in the run folder, to the same bits as if it had never stopped; without a checkpoint there, " +
    "start anew. Its settings hold, but --epochs may be raised, or lowered to what is done",
];

const ending = `
Progress is one line on a terminal, plain lines now and then otherwise; NO_COLOR turns colour off. A checkpoint is saved
every 10 seconds and after each pass. Ctrl-C or SIGTERM finishes the present step, saves, and says how to go on; another
one, half a second later, ends at once. After a crash --resume goes on from the last checkpoint.
`;

/** What `train TASK --help` says of a task: what it is, where its data lies, and every flag with its default. */
export function taskHelp<Config extends RunConfig>({
  name,
  about,
  dataAbout,
  defaults,
  flags,
  defaultAbout,
}: Recipe<Config>): string {
  const { device, threads, json, quiet, verbose } = commonFlags;
  const options = optionsHelp([
    ["--data DIR", `${dataAbout}; --data-folder is the same`],
    ["--out DIR", `run folder (default: runs/${name}); --result-folder is the same`],
    resume,
    ...flagsHelp(flags, defaults, defaultAbout),
    ["--num-workers N", "threads that make views ahead of training: no number changes (default: one a core but one)"],
    [
      "--log-interval N",
      "a line of progress every so many steps where there is no terminal (default: one now and then)",
    ],
    ...[device, threads, json, quiet, verbose],
  ]);
  return `align-uniform train ${name}: ${about}\n\n${options}${ending}`;
}

/** What `train --help` says. */
export function trainHelp(recipes: readonly Pick<Recipe, "name" | "summary">[]): string {
  const lines = recipes.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`);
  return `align-uniform train: train an encoder with the alignment and uniformity losses, without labels

Usage: align-uniform train TASK [options]

Tasks
${lines.join("\n")}

Each leaves report.html, log.jsonl and checkpoint.safetensors in a run folder, and can be stopped and resumed to the same
bits. align-uniform train TASK --help lists a task's flags.
`;
}
