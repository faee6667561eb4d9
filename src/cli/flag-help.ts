/** Width of a line of help, and where what a flag does begins. */
const [width, indent] = [118, 25];

/** A flag and what it does, in a help text. */
export type FlagHelp = readonly [flag: string, about: string];

/** What help texts call the flags that several commands have. */
export const commonFlags: Readonly<Record<"device" | "threads" | "json" | "quiet" | "verbose", FlagHelp>> = {
  device: [
    "--device NAME",
    "cpu (default), reference, or gpu: the first of gpu:webgpu, gpu:webgl2 and gpu:headlessgl that runs here; " +
      "gpu:webasm and gpu:cpu need no graphics card. They need gpu.js: npm i gpu.js",
  ],
  threads: ["--threads N", "on how many threads the cpu device computes: no number changes (default: one a core)"],
  json: ["--json", "print the results as JSON on standard output"],
  quiet: ["--quiet", "no progress; warnings still come"],
  verbose: ["--verbose", "at the end: what the device ran, how often, and how long it took to compile kernels"],
};

/** The options of a command, and --help, each in lines of at most 118 characters. */
export function optionsHelp(flags: readonly FlagHelp[]): string {
  const lines = flags.map(([flag, about]) => entry(`      ${flag}`, about));
  return `Options\n${[...lines, entry("  -h, --help", "this text")].join("\n")}\n`;
}

/** A default in a help text. */
export function shownDefault(value: unknown): string {
  return Array.isArray(value) ? value.join(",") || "none" : String(value);
}

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
