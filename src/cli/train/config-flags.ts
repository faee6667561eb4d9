import { type NumberRule, positiveRule, seedRule, whole } from "../arguments.ts";
import { type FlagHelp, shownDefault } from "../flag-help.ts";
import { UsageError } from "../io.ts";
import type { RunConfig } from "./config.ts";

/** A flag whose value is the entry `key` of a configuration. */
export interface ConfigFlag<Key extends PropertyKey, Value> {
  readonly key: Key;
  /** What stands for its value in a help text: "N"; "" for a flag that stands alone, without one. */
  readonly placeholder: string;
  /** What it does, for a help text. */
  readonly about: string;
  /** The values it may have, in words. */
  readonly allowed: string;
  /** What the text after it says (of one that stands alone: ""); undefined where that is nothing that is allowed. */
  read(text: string): Value | undefined;
  /** Whether a value from a file is one that is allowed. */
  accepts(value: unknown): boolean;
}

/** Flags by name, each with the entry that it sets. */
export type FlagTable<Config> = Readonly<
  Record<string, { readonly [Key in keyof Config]-?: ConfigFlag<Key, Config[Key]> }[keyof Config]>
>;

/** The flags as `parseArgs` takes them. */
export function optionsOf<Config>(flags: FlagTable<Config>): Record<string, { readonly type: "string" | "boolean" }> {
  const entries = Object.entries(flags).map(([flag, { placeholder }]): [string, { type: "string" | "boolean" }] => [
    flag,
    { type: placeholder === "" ? "boolean" : "string" },
  ]);
  return Object.fromEntries(entries);
}

/** The entries whose flags were given. Throws a UsageError that says what was found and what is allowed. */
export function entriesIn<Config>(
  command: string,
  flags: FlagTable<Config>,
  values: Readonly<Record<string, unknown>>,
): Partial<Config> {
  const given: Record<string, unknown> = {};
  for (const [flag, { key, allowed, read }] of Object.entries(flags)) {
    const text = values[flag];
    if (text === undefined) continue;
    const value = read(typeof text === "string" ? text : "");
    if (value === undefined) throw new UsageError(`${command}: --${flag} must be ${allowed}, got "${text}"`);
    given[String(key)] = value;
  }
  return given as Partial<Config>;
}

/** The flags in a help text, each with its default; `defaultAbout` has those that follow from others, in words. */
export function flagsHelp<Config>(
  flags: FlagTable<Config>,
  defaults: Config,
  defaultAbout: Readonly<Record<string, string>>,
): FlagHelp[] {
  return Object.entries(flags).map(([flag, { key, placeholder, about }]): FlagHelp => {
    const value = defaultAbout[flag] ?? shownDefault(defaults[key]);
    const remark = placeholder === "" ? "" : ` (default: ${value})`;
    return [`--${flag} ${placeholder}`.trim(), `${about}${remark}`];
  });
}

/** A flag that takes a number. */
export function number<Key extends string>(
  key: Key,
  { allowed, accepts }: NumberRule,
  placeholder: string,
  about: string,
): ConfigFlag<Key, number> {
  const fits = (value: unknown): boolean => typeof value === "number" && accepts(value);
  return {
    key,
    placeholder,
    about,
    allowed,
    read(text) {
      const n = text.trim() === "" ? Number.NaN : Number(text);
      return fits(n) ? n : undefined;
    },
    accepts: fits,
  };
}

/** A flag that takes numbers of epochs, with commas between them. */
export function epochList<Key extends string>(key: Key, about: string): ConfigFlag<Key, readonly number[]> {
  const fits = (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.every((n, i) => Number.isSafeInteger(n) && n > (value[i - 1] ?? 0));
  return {
    key,
    placeholder: "LIST",
    about,
    allowed: "whole numbers >= 1 that rise, with commas between them, or none",
    read(text) {
      const parts = text.trim() === "none" ? [] : text.split(",");
      const numbers = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
      return fits(numbers) ? numbers : undefined;
    },
    accepts: fits,
  };
}

/** A flag that takes one of some words. */
export function choice<Key extends string, Word extends string>(
  key: Key,
  words: readonly Word[],
  about: string,
): ConfigFlag<Key, Word> {
  return {
    key,
    placeholder: "NAME",
    about,
    allowed: `one of ${words.join(", ")}`,
    read: (text) => words.find((word) => word === text),
    accepts: (value) => words.some((word) => word === value),
  };
}

/** A flag that stands alone: whoever gives it wants the entry to be `value`. */
export function toggle<Key extends string>(key: Key, about: string, value: boolean = true): ConfigFlag<Key, boolean> {
  return {
    key,
    placeholder: "",
    about,
    allowed: "true or false",
    read: () => value,
    accepts: (found) => typeof found === "boolean",
  };
}

const weight: NumberRule = { allowed: "a number >= 0", accepts: (n) => n >= 0 && Number.isFinite(n) };
const share: NumberRule = { allowed: "a number in 0..1", accepts: (n) => n >= 0 && n <= 1 };
const count: NumberRule = { allowed: "1..1000000", accepts: whole(1, 1e6) };

/** Weight of a loss, decay: numbers >= 0. Share: of something, 0..1. Count: whole, >= 1. Positive: > 0. */
export const rules: Readonly<Record<"weight" | "share" | "count" | "positive", NumberRule>> = {
  weight,
  share,
  count,
  positive: positiveRule,
};

/** Flags of every task. */
export const everyTask: FlagTable<RunConfig> = {
  seed: number("seed", seedRule, "N", "where all randomness starts: same seed, same weights and numbers"),
  epochs: number("epochs", count, "N", "passes over the training pictures"),
  "batch-size": number(
    "batchSize",
    { allowed: "2..1000000", accepts: whole(2, 1e6) },
    "N",
    "pictures in a step; a last batch that is not full is left out",
  ),
  lr: number("lr", positiveRule, "X", "learning rate of SGD at the start"),
};

/** Flags of the tasks whose loss is that of two views in one batch. */
export const twoViewFlags: FlagTable<RunConfig> = {
  "align-w": number("alignWeight", weight, "X", "weight of alignment in the loss"),
  "unif-w": number("uniformWeight", weight, "X", "weight of uniformity in the loss"),
  "align-alpha": number("alpha", positiveRule, "X", "exponent of alignment's distances"),
  "unif-t": number("t", positiveRule, "X", "sharpness of uniformity's Gaussian potential"),
};
