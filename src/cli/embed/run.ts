import { chaptersOf } from "../../data/index.ts";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { writeNpy } from "../../formats/index.ts";
import { readTextFile, writeFileAtomic } from "../../node/index.ts";
import { named } from "../../node/named.ts";
import { version } from "../../version.ts";
import { deedsOf } from "../deeds.ts";
import { defaultDeviceName } from "../device.ts";
import { exitCodes, type Io } from "../io.ts";
import { Phases } from "../phases.ts";
import { encoderArrays, readCheckpoint } from "../probe/checkpoint.ts";
import type { Features } from "../train/encode.ts";
import { rowsAt } from "../train/layout.ts";
import { personAt } from "../train/person.ts";
import { type Remedies, savedIn } from "../train/saved.ts";
import { deviceFor } from "../train/session.ts";
import { encodeSentences, joined } from "../train/text/encode.ts";
import { text } from "../train/text/recipe.ts";
import { untrainedThought } from "../train/text/run.ts";
import { thoughtIn, vocabularyIn } from "../train/text/saved.ts";
import type { EmbedFlags } from "./flags.ts";
import { stopped } from "./stopped.ts";

const remedies: Remedies = {
  foreign: "name one that align-uniform train text wrote",
  version: "embed with its own version",
  damaged: "so nothing can be embedded with it: train anew",
};

/** Embeds a text by the encoders of a checkpoint. Resolves to the exit code. */
export async function runEmbed(flags: EmbedFlags, io: Io): Promise<number> {
  const person = personAt(io, flags.quiet);
  const file = await readCheckpoint(flags.checkpoint);
  const { config, step } = savedIn(file.path, file.metadata, text, remedies);
  const vocabulary = vocabularyIn(file, remedies);
  if (flags.threads !== undefined) setThreads(flags.threads);
  const { sentences, followed } = sentencesIn(await readTextFile(flags.text, io.stdin), flags);
  const device = await deviceFor(flags.device ?? defaultDeviceName, person);
  const model = flags.untrained
    ? untrainedThought(config, vocabulary.words.length, device)
    : thoughtIn(file, encoderArrays(file, ""), config, vocabulary, device, remedies);
  const phases = new Phases(io, flags.quiet, { "encoding sentences": sentences.length }, stopped, 500);
  const points = await phases.run("encoding sentences", (tell) =>
    encodeSentences(
      model,
      sentences.map((sentence) => vocabulary.encode(sentence, config.mostWords)),
      tell,
    ),
  );
  phases.end();

  const { encoder, out, next } = flags;
  const both = joined(points);
  const here = encoder === "both" ? both : points[encoder];
  const there = encoder === "both" ? both : points[encoder === "f" ? "g" : "f"];
  const rows = next === undefined ? Int32Array.from(sentences.keys()) : followed;
  const x = rowsAt(here, rows);
  const files = [
    [out, npyOf(x)],
    ...(next === undefined
      ? []
      : [
          [
            next,
            npyOf(
              rowsAt(
                there,
                rows.map((row) => row + 1),
              ),
            ),
          ] as const,
        ]),
    ...(flags.sentences === undefined
      ? []
      : [[flags.sentences, `${Array.from(rows, (row) => sentences[row]).join("\n")}\n`] as const]),
  ] as const;
  for (const [path, content] of files) await named(path, "write", () => writeFileAtomic(path, content));

  const [n, dim] = x.shape;
  const result = {
    schemaVersion: 1,
    version,
    device: device.name,
    checkpoint: file.path,
    step: flags.untrained ? 0 : step,
  };
  const told = { ...result, text: flags.text, encoder, rows: n, dim, out, next, sentences: flags.sentences };
  const names = files.map(([path]) => path).join(", ");
  io.stdout.write(flags.json ? `${JSON.stringify(told)}\n` : `${n} sentences, ${dim} numbers each: ${names}\n`);
  if (flags.verbose) person.warn(deedsOf(device));
  return exitCodes.ok;
}

/** The sentences of a text, and which of them are followed by another one of their chapter. */
function sentencesIn(
  whole: string,
  { text, lines, next }: EmbedFlags,
): { readonly sentences: readonly string[]; readonly followed: Int32Array } {
  const own = whole.split("\n").map((line) => line.trim());
  const chapters = lines ? [own.filter((line) => line !== "")] : chaptersOf(whole);
  const sentences = chapters.flat();
  let end = -1;
  const last = new Set(chapters.map(({ length }) => (end += length)));
  const followed = Int32Array.from(sentences.keys()).filter((i) => !last.has(i));
  const name = text === "-" ? "standard input" : text;
  if (sentences.length === 0) throw new Error(`${name}: holds no sentence`);
  if (next !== undefined && followed.length === 0) {
    throw new Error(`${name}: no sentence in it is followed by another, as --next needs`);
  }
  return { sentences, followed };
}

function npyOf({ data, shape }: Features): Uint8Array {
  return writeNpy({ shape: [...shape], data });
}
