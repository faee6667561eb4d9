import { createRunFolder, openRunFolder, type RunFolder } from "../../node/index.ts";
import { defaultDeviceName, nameOf } from "../device.ts";
import { lrPer256, mnistConfig } from "./config.ts";
import { fingerprint, type Split } from "./digits.ts";
import type { TrainFlags } from "./flags.ts";
import { mnistRun } from "./mnist.ts";
import { resumed } from "./resume.ts";
import { deviceFor, headOf, lastChance, type Person, type Session, sessionOf } from "./session.ts";

/**
 * Opens the run that the flags ask for: in a folder of its own or, with `resume`, where its checkpoint lies. Close its
 * folder in the end. Throws a UsageError for flags that contradict the run that is resumed, an Error for other digits
 * than its own, and `Stopped`, with nothing moved or written, where the person has asked to stop by then.
 */
export async function openSession(flags: TrainFlags, split: Split, person: Person): Promise<Session> {
  const earlier = flags.resume ? await openRunFolder(flags.out) : undefined;
  if (earlier) return closedOnError(earlier, () => resumed(earlier, flags, split, person));
  if (flags.resume) person.warn(`${flags.out} holds no checkpoint to resume: starting anew`);

  const { batchSize = mnistConfig.batchSize } = flags.given;
  const config = { ...mnistConfig, lr: (lrPer256 * batchSize) / 256, ...flags.given };
  const asked = flags.device ?? defaultDeviceName;
  const device = await deviceFor(asked, person);
  const run = mnistRun(split.train, config, device); // refuses too few digits before the folder is touched
  await lastChance(person);
  const folder = await createRunFolder(flags.out);
  if (folder.moved) person.warn(`${folder.path} was there already: moved to ${folder.moved}`);
  return closedOnError(folder, async () => {
    const session = sessionOf(
      folder,
      { task: "mnist", device: nameOf(device, asked), digits: fingerprint(split), config },
      device,
      run,
    );
    await folder.log(headOf(session));
    await session.save(0, 0); // from now on there is something to resume
    return session;
  });
}

async function closedOnError(folder: RunFolder, open: () => Promise<Session>): Promise<Session> {
  try {
    return await open();
  } catch (error) {
    await folder.close();
    throw error;
  }
}
