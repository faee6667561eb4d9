import type { TrainConfig } from "./config.ts";
import type { Recipe } from "./recipe.ts";

/** Width of a line of help, and where what a flag does begins. */
const [width, indent] = [118, 25];

/** Flags of `train` itself, whatever the task. */
const common: readonly (readonly [flag: string, about: string])[] = [
  [
    "--resume",
    "go on with the run in the run folder, to the same bits as if it had never stopped; without a checkpoint there, " +
      "start anew. Its settings hold, but --epochs may be raised, or lowered to what is done",
  ],
  [
    "--device NAME",
    "cpu (default), reference, or gpu: the first of gpu:webgpu, gpu:webgl2 and gpu:headlessgl that runs here; " +
      "gpu:webasm and gpu:cpu need no graphics card. They need gpu.js: npm i gpu.js",
  ],
  ["--threads N", "on how many threads the cpu device computes: no number changes (default: one a core)"],
  ["--json", "print the results as JSON on standard output"],
  ["--quiet", "no progress; warnings still come"],
  ["--verbose", "at the end: what the device ran, how often, and how long it took to compile kernels"],
];

const ending = `
Progress is one line on a terminal, plain lines now and then otherwise; NO_COLOR turns colour off. A checkpoint is saved
every 10 seconds and after each pass. Ctrl-C or SIGTERM finishes the present step, saves, and says how to go on; another
one, half a second later, ends at once. After a crash --resume goes on from the last checkpoint.
`;

/** What `train TASK --help` says of a task: what it is, where its data lies, and every flag with its default. */
export function taskHelp<Config extends TrainConfig>({
  name,
  about,
  dataAbout,
  defaults,
  flags,
  defaultAbout,
}: Recipe<Config>): string {
  const own = Object.entries(flags).map(([flag, { key, placeholder, about }]): [string, string] => {
    const value = defaultAbout[flag] ?? shown(defaults[key]);
    const remark = placeholder === "" ? "" : ` (default: ${value})`;
    return [`--${flag} ${placeholder}`.trim(), `${about}${remark}`];
  });
  const options: readonly (readonly [string, string])[] = [
    ["--data DIR", dataAbout],
    ["--out DIR", `run folder (default: runs/${name})`],
    common[0],
    ...own,
    ...common.slice(1),
  ];
  const lines = options.map(([flag, text]) => entry(`      ${flag}`, text));
  return `align-uniform train ${name}: ${about}\n\nOptions\n${[...lines, entry("  -h, --help", "this text")].join("\n")}\n${ending}`;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(",") || "none" : String(value);
}

/** A flag and what it does, in lines of at most `width`. */
function entry(flag: string, about: string): string {
  const lines = [""];
  for (const word of about.split(" ")) {
    const line = `${lines[lines.length - 1]} ${word}`.trimStart();
    if (line.length > width - indent) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  const first = flag.length < indent - 1 ? flag.padEnd(indent) : `${flag}\n${" ".repeat(indent)}`;
  return first + lines.join(`\n${" ".repeat(indent)}`);
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
