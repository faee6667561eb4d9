import { createRunFolder, openRunFolder } from "../../node/index.ts";
import { defaultDeviceName, nameOf } from "../device.ts";
import { UsageError } from "../io.ts";
import { closedOnError } from "./closed-on-error.ts";
import type { RunConfig } from "./config.ts";
import type { TrainFlags } from "./flags.ts";
import type { Person } from "./person.ts";
import type { RunResult } from "./result.ts";
import { resumed } from "./resume.ts";
import { deviceFor, headOf, lastChance, type Opened, sessionOf } from "./session.ts";
import type { Task } from "./task.ts";

/**
 * Opens the run that the flags ask for: in a folder of its own or, with `resume`, where its checkpoint lies. Close its
 * folder and its opening in the end. Throws a UsageError for flags that contradict the run that is resumed, an Error for
 * other data than its own, and `Stopped`, with nothing moved or written, where the person has asked to stop by then.
 */
export async function openSession<Config extends RunConfig, Result extends RunResult<Config>>(
  task: Task<Config, Result>,
  flags: TrainFlags<Config>,
  person: Person,
): Promise<Opened<Config, Result>> {
  const { recipe } = task;
  const earlier = flags.resume ? await openRunFolder(flags.out) : undefined;
  if (earlier) return closedOnError(earlier, () => resumed(earlier, task, flags, person));
  if (flags.resume) person.warn(`${flags.out} holds no checkpoint to resume: starting anew`);

  const config = recipe.settled(flags.given);
  if (config.alignWeight === 0 && config.uniformWeight === 0 && config.contrastiveWeight === 0) {
    throw new UsageError(`train: every weight of the loss is 0: nothing is left to learn from`);
  }
  const opening = await task.open(flags.data, config, flags.workers);
  return closedOnError(opening, async () => {
    const asked = flags.device ?? defaultDeviceName;
    const device = await deviceFor(asked, person);
    const trainee = opening.start(device); // refuses too little data before the folder is touched
    const data = await opening.fingerprint(person.reading);
    await lastChance(person);
    const folder = await createRunFolder(flags.out);
    if (folder.moved) person.warn(`${folder.path} was there already: moved to ${folder.moved}`);
    return closedOnError(folder, async () => {
      const saved = { task: recipe.name, device: nameOf(device, asked), data, config };
      const session = sessionOf(folder, saved, device, trainee);
      await folder.log(headOf(session));
      await session.save(0, 0); // from now on there is something to resume
      return { session, opening };
    });
  });
}
