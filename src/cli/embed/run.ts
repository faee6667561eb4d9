import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { wordsOf } from "../../data/index.ts";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { writeNpy } from "../../formats/index.ts";
import { readTextFile, writeFilesAtomic } from "../../node/index.ts";
import { named } from "../../node/named.ts";
import { version } from "../../version.ts";
import { encoderArrays, readCheckpoint } from "../checkpoint.ts";
import { deedsOf } from "../deeds.ts";
import { defaultDeviceName } from "../device.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { refuseOverwriting, type Written } from "../own-files.ts";
import { Phases } from "../phases.ts";
import { counted, percent } from "../shown.ts";
import type { Features } from "../train/encode.ts";
import { rowsAt } from "../train/layout.ts";
import { personAt } from "../train/person.ts";
import { savedIn } from "../train/saved.ts";
import { deviceFor } from "../train/session.ts";
import { type EncodedText, encodeSentences, joined } from "../train/text/encode.ts";
import { behind } from "../train/text/library.ts";
import { text } from "../train/text/recipe.ts";
import { untrainedThought } from "../train/text/run.ts";
import { thoughtIn, vocabularyIn } from "../train/text/saved.ts";
import { unknownShare } from "../train/text/unknown-share.ts";
import type { EmbedFlags } from "./flags.ts";
import { remedies } from "./remedies.ts";
import { sentencesIn } from "./sentences-in.ts";
import { stopped } from "./stopped.ts";

/** Embeds a text by the encoders of a checkpoint. Resolves to the exit code. */
export async function runEmbed(flags: EmbedFlags, io: Io): Promise<number> {
  const { encoder, out, next, untrained } = flags;
  const person = personAt(io, flags.quiet);
  const file = await readCheckpoint(flags.checkpoint);
  refuseOverwriting("embed", writtenBy(flags), [file.path, ...(flags.text === "-" ? [] : [flags.text])]);
  const { config, step } = savedIn(file.path, file.metadata, text, remedies);
  const vocabulary = vocabularyIn(file, remedies);
  if (flags.threads !== undefined) setThreads(flags.threads);
  const { sentences, followed } = sentencesIn(await readTextFile(flags.text, io.stdin), flags);
  const device = await deviceFor(flags.device ?? defaultDeviceName, person);
  const model = untrained
    ? untrainedThought(config, vocabulary.words.length, device)
    : thoughtIn(file, encoderArrays(file, ""), config, vocabulary, device, remedies);
  const numbers = sentences.map((sentence) => vocabulary.encode(sentence, config.mostWords));
  const unknown = unknownShare(numbers);
  const cut = sentences.filter((sentence) => wordsOf(sentence).length > config.mostWords).length;
  if (unknown > 0.2) {
    const known = counted(vocabulary.words.length - 1);
    person.warn(`${percent(unknown, 0)} of the words are not among the ${known} known: such rows tell little`);
  }
  if (cut > 0)
    person.say(`${counted(cut)} sentences have more than ${config.mostWords} words: what is behind is not read`);
  const phases = new Phases(io, flags.quiet, { "encoding sentences": sentences.length }, stopped, 500);
  const points = await phases.run("encoding sentences", (tell) => encodeSentences(model, numbers, tell));
  phases.end();

  const rows = next === undefined ? Int32Array.from(sentences.keys()) : followed;
  const [here, there] = sides(points, encoder);
  const x = rowsAt(here, rows);
  const files: [path: string, content: string | Uint8Array][] = [[out, npyOf(x)]];
  if (next !== undefined) files.push([next, npyOf(rowsAt(there, behind(rows)))]);
  if (flags.sentences !== undefined) {
    files.push([flags.sentences, `${Array.from(rows, (row) => sentences[row]).join("\n")}\n`]);
  }
  const names = files.map(([path]) => path).join(", ");
  await named(names, "write", async () => {
    for (const [path] of files) await mkdir(dirname(path), { recursive: true });
    await writeFilesAtomic(files, () => {
      if (io.signal.aborted) throw new Stopped(stopped);
    });
  });

  const [n, dim] = x.shape;
  const left = next === undefined ? "" : ` that are followed by another, of ${counted(sentences.length)}`;
  const result = {
    schemaVersion: 1,
    version,
    device: device.name,
    checkpoint: file.path,
    step: untrained ? 0 : step,
    text: flags.text,
    encoder,
    rows: n,
    dim,
    unknown,
    cut,
    out,
    next,
    sentences: flags.sentences,
  };
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(result)}\n`
      : `${counted(n)} sentence${n === 1 ? "" : "s"}${left}, ${dim} numbers each: ${names}\n`,
  );
  if (flags.verbose) person.warn(deedsOf(device));
  return exitCodes.ok;
}

function writtenBy({ out, next, sentences }: EmbedFlags): Written[] {
  const written: Written[] = [["out", out]];
  if (next !== undefined) written.push(["next", next]);
  if (sentences !== undefined) written.push(["sentences", sentences]);
  return written;
}

/** A sentence by one encoder, and what follows it by the other; or both by both. */
function sides(points: EncodedText, encoder: EmbedFlags["encoder"]): [here: Features, there: Features] {
  const { f, g } = points;
  if (encoder !== "both") return encoder === "f" ? [f, g] : [g, f];
  const both = joined(points);
  return [both, both];
}

function npyOf({ data, shape }: Features): Uint8Array {
  return writeNpy({ shape: [...shape], data });
}
