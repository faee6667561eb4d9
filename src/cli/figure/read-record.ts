import { readNamed } from "../../node/named.ts";
import { isRecord } from "../../options.ts";
import { misfits } from "../misfits.ts";
import { type FigureConfig, figureNames } from "./config.ts";
import type { FigureKind, FigurePart } from "./kind.ts";
import type { FigureRecord } from "./record.ts";

const like = { version: "", device: "", pictures: { name: "", train: 0, test: 0, sha256: "" }, of: 0 } as const;

/** The record in a file. Throws naming the file and what of it is none, another figure's, missing or damaged. */
export async function readRecord<Part extends FigurePart>(
  path: string,
  kind: FigureKind<Part>,
): Promise<FigureRecord<Part>> {
  const found = jsonIn(await readNamed(path));
  if (!isRecord(found) || !figureNames.some((name) => name === found.figure)) {
    throw new Error(`${path} holds no numbers of align-uniform figure: name a file that it has written`);
  }
  if (found.figure !== kind.name) {
    throw new Error(`${path} holds the numbers of another figure: align-uniform figure ${found.figure} takes them`);
  }
  if (found.schemaVersion !== 1) {
    throw new Error(
      `${path}: schemaVersion must be 1, got ${JSON.stringify(found.schemaVersion)}: of another version?`,
    );
  }
  const { parts, of } = found;
  const listed = Array.isArray(parts) ? parts : [];
  const problems = [
    ...misfits("numbers", found, like),
    ...misfits("config", found.config, kind.defaults("mnist")),
    ...(Array.isArray(parts) && listed.length <= Number(of)
      ? []
      : ["parts: needs a list of at most as many as `of` says"]),
    ...listed.flatMap((part, i) => [
      ...misfits(`parts[${i}]`, part, { seconds: 0 }),
      ...kind.misfits(`parts[${i}]`, part),
    ]),
  ];
  if (problems.length === 0) {
    const planned = kind.plans(found.config as FigureConfig).length;
    if (planned !== of) problems.push(`of: needs ${planned}, as many parts as its config has`);
  }
  if (problems.length > 0) throw new Error(`${path} is damaged:\n  ${problems.slice(0, 20).join("\n  ")}`);
  return found as unknown as FigureRecord<Part>; // as it was written, then: every number is there
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // somebody else's file
  }
}
