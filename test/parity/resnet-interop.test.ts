import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { generator, noGrad, readStateDict, type Tensor, writeStateDict } from "../../src/index.ts";
import { MomentumQueue, type ResNet, resnet18 } from "../../src/models/index.ts";
import { filled, images, made } from "./resnet.ts";

const python = "/usr/bin/python3"; // Debian's, which is where python3-torch and python3-torchvision put them
const torchvision = spawnSync(python, ["-c", "import torch, torchvision"]).status === 0;
const script = fileURLToPath(new URL("./resnet_interop.py", import.meta.url));

interface Answer {
  /** Names of our file's tensors that are not, bit for bit, what the formula gives in PyTorch. */
  readonly differing: string[];
  readonly features: number[][];
  readonly queries: number[][];
}

// Skipped where Debian's python3-torch and python3-torchvision are not installed.
describe.skipIf(!torchvision)("ResNet-50's weights as a safetensors file, of 94 MB,", () => {
  const fifty = { name: "resnet50", options: {} } as const;
  const x = (): Tensor => images(cpu, [40, 40]);
  let folder = "";
  let ours: ResNet;
  let answer: Answer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
    const paths = ["ours", "theirs", "moco"].map((name) => join(folder, `${name}.safetensors`));
    ours = filled(made(fifty, cpu));
    await writeFile(paths[0], await writeStateDict(ours.stateDict()));
    const { status, stdout, stderr } = spawnSync(python, [script, ...paths], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    answer = JSON.parse(stdout) as Answer;
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (name: string): Promise<Record<string, Tensor>> =>
    readStateDict(await readFile(join(folder, `${name}.safetensors`)));

  test("load strictly in torchvision, bit for bit, and give the same features there", () => {
    expect(answer.differing).toEqual([]);
    expect(
      furthest(
        noGrad(() => ours.forward(x())),
        answer.features,
      ),
    ).toBeLessThan(1e-4);
  });

  test("load strictly here when torchvision wrote them, and give the same features", async () => {
    const model = made(fifty, cpu);
    model.loadStateDict(await read("theirs"));
    expect(
      furthest(
        noGrad(() => model.eval().forward(x())),
        answer.features,
      ),
    ).toBeLessThan(1e-4);
  });

  test("are found in a checkpoint of MoCo, whose names start with module.", async () => {
    const encoder = (seed: number) => resnet18({ generator: generator(seed) });
    const moco = new MomentumQueue(encoder(1), encoder(2), { generator: generator(3), size: 64 });
    const checkpoint = Object.entries(await read("moco")).map(([name, value]) => [
      name.replace(/^module\./, ""),
      value,
    ]);
    moco.loadStateDict(Object.fromEntries(checkpoint));
    expect(moco.queue_ptr.itemSync()).toBe(16);
    expect(
      furthest(
        noGrad(() => moco.eval().query(x())),
        answer.queries,
      ),
    ).toBeLessThan(1e-4);
  });
});

function furthest(ours: Tensor, theirs: readonly (readonly number[])[]): number {
  const values = ours.dataSync();
  return Math.max(...theirs.flat().map((value, i) => Math.abs(values[i] - value)));
}
