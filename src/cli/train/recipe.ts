import type { RunConfig } from "./config.ts";
import type { FlagTable } from "./config-flags.ts";

/** What the report calls things. */
export interface Words<Config extends RunConfig = RunConfig> {
  /** The data set: "MNIST digits". */
  readonly title: string;
  /** "digit" */
  readonly one: string;
  /** "digits" */
  readonly many: string;
  /** What makes two views of one, after "Two views are one digit": "turned, scaled, slanted and shifted at random, twice". */
  readonly viewed: string;
  /** By what numbers, in a sentence. */
  settings(config: Config): string;
}

/** What is to be known of a task before anything is loaded: how it is called and asked for, and its defaults. */
export interface Recipe<Config extends RunConfig = RunConfig> {
  readonly name: string;
  /** In a line. */
  readonly summary: string;
  /** In a help text, after its name: a line, then paragraphs. */
  readonly about: string;
  /** What `--data` is. */
  readonly dataAbout: string;
  readonly words: Words<Config>;
  /** What decides the outcome where no flag says otherwise. */
  readonly defaults: Config;
  readonly flags: FlagTable<Config>;
  /** Of flags whose default follows from others: how, in words. */
  readonly defaultAbout: Readonly<Record<string, string>>;
  /** Whether every step depends on how many passes there are in all, as where the rate falls along a cosine. Never unless given. */
  endKnown?(config: Config): boolean;
  /** The configuration that these entries ask for: those that follow from others are worked out. */
  settled(given: Partial<Config>): Config;
}
