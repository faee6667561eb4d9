import { readFile, writeFile } from "node:fs/promises";
import { placed } from "./table.ts";

/** What every bench may be asked for. */
export interface CommonOptions {
  readonly help: boolean;
  readonly write: boolean;
}

/** A bench as a command. */
export interface Bench<Options extends CommonOptions> {
  /** After `npm run`, and before what it complains of. */
  readonly name: string;
  readonly help: string;
  /** Throws for what it does not know. */
  optionsOf(argv: readonly string[]): Options;
  /** Does it. Markdown, for the marks of that name in the results. */
  run(options: Options): Promise<{ readonly marks: string; readonly text: string }>;
}

/** Runs a bench, prints what came of it and puts it into the file `results` if asked to. Resolves to the exit code. */
export async function execute<Options extends CommonOptions>(
  { name, help, optionsOf, run }: Bench<Options>,
  argv: readonly string[],
  results: string,
): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(argv);
  } catch (error) {
    process.stderr.write(`${name}: ${messageOf(error)}\nTry: npm run ${name} -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  try {
    const { marks, text } = await run(options);
    process.stdout.write(`${text}\n`);
    if (options.write) await writeFile(results, placed(await readFile(results, "utf8"), marks, text));
    return 0;
  } catch (error) {
    process.stderr.write(`${name}: ${messageOf(error)}\n`);
    return 1;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
