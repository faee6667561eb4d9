import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./io.ts";
import { meant } from "./meant.ts";

/** The flags of a command, as `parseArgs` takes them. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

type Parsed<T extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>>;

/** What the arguments after a command say. Throws a UsageError for what it does not know. */
export function parsed<T extends Options>(command: string, argv: readonly string[], options: T): Parsed<T> {
  const args = withNegatives(argv, options);
  const { tokens } = parseArgs({ args, options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "option") checkFlag(command, args[token.index].split("=", 1)[0], token, options);
  }
  return parseArgs({ args, options, allowPositionals: true }); // the same with its types
}

/** A flag as `parseArgs` found it; a value may be in the same word, behind =. */
interface FlagToken {
  readonly name: string;
  readonly value?: string;
  readonly inlineValue?: boolean;
}

/** Throws a UsageError unless the flag is known and has a value where it takes one. word: as it was written. */
function checkFlag(command: string, word: string, { name, value, inlineValue }: FlagToken, options: Options): void {
  const known: Options = { help: { type: "boolean" }, ...options };
  // No command has short flags, so -epochs is a slip too; parseArgs takes it for seven of them.
  if (!word.startsWith("--") || !Object.hasOwn(known, name)) {
    const flags = Object.keys(known).map((flag) => `--${flag}`);
    const file = word.startsWith("--") ? "" : `; a file of that name is ./${word}`;
    throw new UsageError(`${command}: there is no flag ${word}${meant(word, flags) || file}`);
  }
  if (known[name].type === "boolean") {
    if (value === undefined) return;
    throw new UsageError(`${command}: --${name} takes no value, got "${value}"`);
  }
  if (value === undefined) throw new UsageError(`${command}: --${name} needs a value, got none`);
  if (!inlineValue && value.length > 1 && value.startsWith("-")) {
    const remedy = `a value that begins with - is written --${name}=${value}`;
    throw new UsageError(`${command}: --${name} needs a value, got none: ${value} after it; ${remedy}`);
  }
}

/** `--flag -2` as `--flag=-2`, where the flag takes a value: by itself `parseArgs` takes the -2 for a flag. */
function withNegatives(argv: readonly string[], options: Options): string[] {
  const joined: string[] = [];
  for (const [i, argument] of argv.entries()) {
    const flag = argv[i - 1] ?? "";
    const isValue = /^-\d/.test(argument) && flag.startsWith("--") && options[flag.slice(2)]?.type === "string";
    if (isValue) joined[joined.length - 1] = `${flag}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

/** The checkpoint that a command is about. Throws a UsageError for none and for more than one. */
export function oneCheckpoint(command: string, positionals: readonly string[], task: string = ""): string {
  const [checkpoint, ...more] = positionals;
  if (checkpoint === undefined) {
    throw new UsageError(
      `${command}: name a checkpoint of align-uniform train${task && ` ${task}`}, or its run folder, such as runs/${task || "mnist"}`,
    );
  }
  if (more.length > 0) throw new UsageError(`${command}: takes one checkpoint, got ${positionals.join(" ")}`);
  return checkpoint;
}

/** The file that a flag names, if it was given. Throws a UsageError for what is no name of a file. */
export function fileIn(command: string, flag: string, path: string | undefined): string | undefined {
  if (path === "" || path === "-") {
    throw new UsageError(`${command}: --${flag} needs the name of a file, got "${path}"`);
  }
  return path;
}

/** Which numbers a flag takes, in words and as a test. */
export interface NumberRule {
  readonly allowed: string;
  readonly accepts: (n: number) => boolean;
}

export const whole =
  (least: number, most: number) =>
  (n: number): boolean =>
    Number.isInteger(n) && n >= least && n <= most;

export const seedRule: NumberRule = { allowed: "a whole number >= 0", accepts: whole(0, Number.MAX_SAFE_INTEGER) };
export const positiveRule: NumberRule = { allowed: "a number > 0", accepts: (n) => n > 0 && Number.isFinite(n) };
export const workersRule: NumberRule = { allowed: "a whole number in 0..256", accepts: whole(0, 256) };
/** Which layer is meant, from either end. */
export const layerRule: NumberRule = { allowed: "a whole number", accepts: Number.isSafeInteger };
export const threadsRule: NumberRule = { allowed: "a whole number in 1..32", accepts: whole(1, 32) };

/** The number that a flag was given, undefined if it was not. Throws a UsageError where it is none, or none that is allowed. */
export function numberIn(
  command: string,
  flag: string,
  text: unknown,
  { allowed, accepts }: NumberRule,
): number | undefined {
  if (typeof text !== "string") return undefined;
  const n = text.trim() === "" ? Number.NaN : Number(text);
  if (!accepts(n)) throw new UsageError(`${command}: --${flag} must be ${allowed}, got "${text}"`);
  return n;
}
