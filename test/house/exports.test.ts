import { dirname, join } from "node:path/posix";
import * as library from "align-uniform";
import * as gpuEntry from "align-uniform/gpu";
import * as testingEntry from "align-uniform/testing";
import { describe, expect, it } from "vitest";
import { read } from "./source.ts";

/** What the library promises to export, by what it is about. */
const promised = {
  tensors: "tensor zeros ones full arange generator Tensor Parameter Buffer",
  pointwise:
    "add addRelu sub mul div pow maximum minimum greater equal sign neg exp log sqrt abs square relu gelu sigmoid tanh where clamp",
  reductions: "sum mean variance max min logSumExp norm softmax logSoftmax argmax",
  layout: "reshape flatten squeeze unsqueeze permute transpose expand slice chunk concat stack pad take oneHot",
  "matrices and images": "matmul conv2d convTranspose2d maxPool2d avgPool2d",
  composed: "normalize layerNorm batchNorm pdist cdist squaredDistances dropout crossEntropy",
  gradients:
    "grad valueAndGrad noGrad scope keep trainStep cachedTrainStep inChunks defineOp unary binary checkGradients",
  losses: "alignLoss uniformLoss alignUniformLoss contrastiveLoss queueUniformLoss queueContrastiveLoss",
  metrics: "alignment uniformity uniformityOptimum linearProbe knnProbe",
  layers:
    "Module Linear Conv2d BatchNorm1d BatchNorm2d LayerNorm ReLU MaxPool2d AvgPool2d AdaptiveAvgPool2d Flatten Dropout L2Norm Sequential Embedding GRU Packing",
  training: "SGD Adam AdamW MultiStepLR StepLR CosineAnnealingLR LinearWarmup clipGradNorm ema",
  encoders:
    "convEncoder mlpEncoder smallAlexNet resnet18 resnet34 resnet50 MomentumQueue exportOnnx quickThought QuickThought SentenceEncoder",
  data: "loader transformed twoViews arrays subset mnist cifar10 stl10 affineViews",
  text: "Vocabulary unknownWord sentencesOf wordsOf chaptersOf",
  transforms:
    "compose viewOf randomApply randomAffine randomResizedCrop horizontalFlip colorJitter randomGrayscale gaussianBlur resize centerCrop toTensor normalizeChannels",
  formats:
    "readIdx readCifar10 readStl10 stl10Picture readNpy writeNpy readNpz writeNpz readCsv readJsonl readParquet readSafetensors writeSafetensors readStateDict writeStateDict writeOnnx",
  devices: "cpu reference setDefaultDevice",
} satisfies Record<string, string>;

/** Functions whose first argument is not a tensor, or that are no methods for another reason. */
const notMethods = new Set(["concat", "stack", "oneHot"]);

interface Export {
  readonly name: string;
  readonly file: string;
}

const declaration = (name: string): RegExp =>
  new RegExp(`^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\\*?|class|interface|type) ${name}\\b`);

/** Every name that a file exports, types too, with the file that declares it. */
function exportsOf(file: string, source: string = read(file)): Export[] {
  const path = (to: string): string => join(dirname(file), to);
  const own = [...source.matchAll(/^export (?:abstract |async )*(?:const|function\*?|class|interface|type) (\w+)/gm)];
  const stars = [...source.matchAll(/^export \* from "([^"]+)"/gm)];
  const lists = [...source.matchAll(/^export (type )?\{([^}]*)\} from "([^"]+)"/gm)];
  return [
    ...own.map(([, name]) => ({ name, file })),
    ...stars.flatMap(([, to]) => exportsOf(path(to))),
    ...lists.flatMap(([, , names, to]) => {
      const wanted = names.split(",").map((name) => name.replace(/\btype\b/, "").trim());
      return exportsOf(path(to)).filter(({ name }) => wanted.includes(name));
    }),
  ];
}

/**
 * Whether a docstring stands right above the declaration of `name`; a line comment may come between. An interface may
 * instead say what each of its fields is.
 */
function documented(name: string, source: string): boolean {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => declaration(name).test(line));
  if (saysWhat(lines, start)) return true;
  if (!lines[start]?.startsWith("export interface")) return false;
  const end = lines.indexOf("}", start);
  const fields = [...lines.keys()].filter((i) => i > start && i < end && /^ {2}[\w#]/.test(lines[i]));
  return fields.length > 0 && fields.every((i) => saysWhat(lines, i));
}

function saysWhat(lines: readonly string[], at: number): boolean {
  let above = at - 1;
  while (above >= 0 && lines[above].trim().startsWith("//")) above--;
  return above >= 0 && lines[above].trim().endsWith("*/");
}

describe("the public face", () => {
  it.each(Object.entries(promised))("has all %s", (_, names) => {
    expect(names.split(" ").filter((name) => !(name in library))).toEqual([]);
  });

  it("has every op on tensors as a method too", () => {
    const names = [
      promised.pointwise,
      promised.reductions,
      promised.layout,
      promised["matrices and images"],
      promised.composed,
    ];
    const missing = names
      .flatMap((text) => text.split(" "))
      .filter((name) => !notMethods.has(name) && !(name in library.Tensor.prototype));
    expect(missing).toEqual([]);
  });

  // A bundler drops a file that package.json does not list here, and with index.js its import of the methods.
  it("keeps the methods when it is bundled", () => {
    const { sideEffects } = JSON.parse(read("package.json")) as { sideEffects: string[] };
    for (const where of ["./dist/index.js", "./src/index.ts", "./src/ops/methods.ts"]) {
      expect(sideEffects).toContain(where);
    }
  });

  it("has the entry points for devices and tests", () => {
    expect(Object.keys(gpuEntry)).toContain("gpu");
    expect(Object.keys(testingEntry)).toEqual(expect.arrayContaining(["matchers", "shapes", "tensors", "unitRows"]));
  });

  it("is what a walk through the sources finds", () => {
    const found = new Set(exportsOf("src/index.ts").map(({ name }) => name));
    expect(Object.keys(library).filter((name) => !found.has(name))).toEqual([]);
  });

  it.each(["src/index.ts", "src/gpu.ts", "src/node.ts", "src/testing.ts"])(
    "says of every name in %s what it is",
    (entry) => {
      const bare = exportsOf(entry).filter(({ name, file }) => !documented(name, read(file)));
      expect(bare.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
    },
  );
});

describe("the check of docstrings", () => {
  it("wants one on an interface or on each of its fields", () => {
    const fields = "export interface A {\n  /** B. */\n  b: number;\n  c: number;\n}\n";
    expect(documented("A", fields)).toBe(false);
    expect(documented("A", fields.replace("  c:", "  /** C. */\n  c:"))).toBe(true);
    expect(documented("A", `/** A. */\n${fields}`)).toBe(true);
  });

  it("sees a missing one, and looks past a line comment", () => {
    const source =
      "/** A. */\n// biome-ignore format: why\nexport const a = 1;\n\nexport const b = 2;\n\n/** C. */\nexport class C {}\n";
    expect(exportsOf("src/planted.ts", source).map(({ name }) => name)).toEqual(["a", "b", "C"]);
    expect(["a", "b", "C"].map((name) => documented(name, source))).toEqual([true, false, true]);
  });
});
