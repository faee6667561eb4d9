import type { Io } from "../io.ts";
import type { RunConfig, TrainConfig } from "./config.ts";
import { readTrainFlags } from "./flags.ts";
import { taskHelp } from "./help.ts";
import { imagenet } from "./imagenet/recipe.ts";
import { mnist } from "./mnist/recipe.ts";
import type { PictureTask } from "./picture-task.ts";
import { cifar10 } from "./pictures/cifar10.ts";
import { folder } from "./pictures/folder.ts";
import { stl10 } from "./pictures/stl10.ts";
import type { Recipe } from "./recipe.ts";
import type { RunResult } from "./result.ts";
import type { Task } from "./task.ts";
import { text } from "./text/recipe.ts";

/** A task by its recipe; the rest of it loads when it is called. */
export interface Entry {
  readonly recipe: Pick<Recipe, "name" | "summary">;
  /** What `--help` says. */
  help(): string;
  /** Trains as the arguments after the task's name say. Resolves to the exit code. */
  start(argv: readonly string[], io: Io): Promise<number>;
  /** What `act` makes of the whole task, if it is one on pictures. */
  readonly ofPictures?: <T>(act: <Config extends TrainConfig>(task: PictureTask<Config>) => Promise<T>) => Promise<T>;
}

function entry<Config extends RunConfig, Result extends RunResult<Config>>(
  recipe: Recipe<Config>,
  load: () => Promise<Task<Config, Result>>,
): Entry {
  return {
    recipe,
    help: () => taskHelp(recipe),
    async start(argv, io) {
      const flags = readTrainFlags(recipe, argv);
      const [{ runTask }, task] = await Promise.all([import("./run.ts"), load()]);
      return runTask(task, flags, io);
    },
  };
}

function pictures<Config extends TrainConfig>(recipe: Recipe<Config>, load: () => Promise<PictureTask<Config>>): Entry {
  const whole = async () => (await import("./picture-task.ts")).pictureTask(await load());
  return { ...entry(recipe, whole), ofPictures: async (act) => act(await load()) };
}

/** All that `train` knows. */
export const tasks: readonly Entry[] = [
  pictures(mnist, async () => (await import("./mnist/task.ts")).mnistTask),
  ...[cifar10, stl10, folder].map((recipe) =>
    pictures(recipe, async () => (await import("./pictures/tasks.ts")).picturesTasks[recipe.name]),
  ),
  pictures(imagenet, async () => (await import("./imagenet/task.ts")).imagenetTask),
  entry(text, async () => (await import("./text/task.ts")).textTask),
];
