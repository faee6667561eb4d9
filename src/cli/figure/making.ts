import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Device } from "../../devices/device.ts";
import { version } from "../../node/index.ts";
import { type DeviceName, defaultDeviceName, deviceNames, nameOf } from "../device.ts";
import { type Io, Stopped, UsageError } from "../io.ts";
import { Phases } from "../phases.ts";
import { closedOnError } from "../train/closed-on-error.ts";
import { shownFingerprint } from "../train/gallery.ts";
import type { Person } from "../train/person.ts";
import { deviceFor, lastChance } from "../train/session.ts";
import { costOf } from "./costs.ts";
import type { FigureFlags } from "./flags.ts";
import type { FigureKind, FigurePart } from "./kind.ts";
import { type PictureSet, readPictures } from "./pictures.ts";
import { readRecord } from "./read-record.ts";
import { type FigureRecord, writeRecord } from "./record.ts";
import { newConfig, resumedConfig } from "./settle.ts";

/** A record that is being filled. */
export interface Making<Part extends FigurePart> {
  readonly record: FigureRecord<Part>;
  readonly pictures: PictureSet;
  readonly device: Device;
}

/**
 * What is there to begin with: nothing, or with --resume what an earlier run has recorded. Throws for a record of other
 * pictures, settings or another version, and for one that would be lost: unfinished, or no record at all.
 */
export async function begin<Part extends FigurePart>(
  kind: FigureKind<Part>,
  flags: FigureFlags,
  person: Person,
): Promise<Making<Part>> {
  const { record: path, given, resume } = flags;
  const earlier = existsSync(path) ? await readRecord(path, kind) : undefined;
  if (earlier && !resume && earlier.parts.length < earlier.of) {
    const state = `${path} holds ${earlier.parts.length} of ${earlier.of} parts of an unfinished figure`;
    throw new Error(`${state}: go on with --resume, name another --out, or remove it`);
  }
  if (resume && !earlier) person.warn(`there is no ${path} to resume: starting anew`);
  const pictures = await readPictures(flags.data);
  return closedOnError(pictures, async () => {
    const about = { name: pictures.name, ...(await pictures.fingerprint(person.reading)) };
    if (!resume || !earlier) {
      const config = newConfig(kind, pictures, given);
      const asked = flags.device ?? defaultDeviceName;
      const device = await deviceFor(asked, person);
      const record: FigureRecord<Part> = {
        schemaVersion: 1,
        figure: kind.name,
        version,
        device: nameOf(device, asked),
        pictures: about,
        config,
        of: kind.plans(config).length,
        parts: [],
        summary: null,
      };
      await lastChance(person);
      return { record, pictures, device };
    }
    if (earlier.version !== version) {
      throw new Error(
        `${path} was made by version ${earlier.version}, this is ${version}: its numbers may be others: start anew under another --out`,
      );
    }
    if (!isDeepStrictEqual(earlier.pictures, about)) {
      const told = (them: typeof about): string => `${them.name} ${shownFingerprint(them)}`;
      throw new Error(`${path} was made with ${told(earlier.pictures)}, not with ${told(about)}: give its own --data`);
    }
    const config = resumedConfig(earlier, given, path);
    const device = await deviceFor(deviceOf(earlier, flags), person);
    const of = kind.plans(config).length;
    person.say(`resuming ${path} after ${earlier.parts.length} of ${of} parts`);
    return {
      record: { ...earlier, config, of, summary: earlier.parts.length < of ? null : earlier.summary },
      pictures,
      device,
    };
  });
}

/** Makes what is missing, each part recorded as soon as it is finished. Throws `Stopped` where the person stops it. */
export async function complete<Part extends FigurePart>(
  kind: FigureKind<Part>,
  { record: begun, pictures, device }: Making<Part>,
  { record: path, quiet }: FigureFlags,
  io: Io,
): Promise<FigureRecord<Part>> {
  const plans = kind.plans(begun.config);
  const left = plans.slice(begun.parts.length);
  if (left.length === 0) return begun;
  const nameAt = (at: number): string => `${at + 1}/${plans.length} ${plans[at].name.replace(/^\d+: /, "")}`;
  const costs = left.map((plan, i) => [nameAt(begun.parts.length + i), costOf(begun.config, plan)] as const);
  const phases = new Phases(io, quiet, Object.fromEntries(costs), "stopped");
  const make = kind.maker({ pictures, config: begun.config, device });
  let record = begun;
  try {
    for (let at = begun.parts.length; at < plans.length; at++) {
      const start = phases.seconds;
      const part = await phases.run(nameAt(at), (tell) => make(at, tell));
      const parts = [...record.parts, { ...part, seconds: Math.round(10 * (phases.seconds - start)) / 10 }];
      record = { ...record, parts, summary: parts.length < plans.length ? null : kind.summary(parts) };
      await writeRecord(path, record);
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const kept = record.parts.length;
    const nothing = existsSync(path) ? `nothing was written, ${path} holds the earlier figure` : "nothing was written";
    const goOn = `they are kept in ${path}: the same command with --resume goes on`;
    throw new Stopped(`stopped after ${kept} of ${plans.length} parts; ${kept > 0 ? goOn : nothing}`);
  } finally {
    phases.end();
  }
  return record;
}

function deviceOf({ device }: FigureRecord<FigurePart>, { device: asked, record: path }: FigureFlags): DeviceName {
  const own = deviceNames.find((name) => name === device);
  if (own === undefined) throw new Error(`${path}: there is no device "${device}": start anew under another --out`);
  if (asked === undefined || asked === own || (asked === "gpu" && own.startsWith("gpu:"))) return own;
  throw new UsageError(`figure: --device ${asked} contradicts ${path}, which was made with ${own}: leave the flag out`);
}
