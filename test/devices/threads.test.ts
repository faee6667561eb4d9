import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import asc from "assemblyscript/asc";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { MachineOptions } from "../../src/devices/cpu/machine.ts";
import { Board, type Kernel } from "../../src/devices/cpu/threads/board.ts";
import { Crew, type Launch, type Program } from "../../src/devices/cpu/threads/crew.ts";
import * as host from "../../src/devices/cpu/threads/host.ts";
import { cpu, setThreads } from "../../src/index.ts";
import { root } from "../house/source.ts";
import { conformance, results } from "./conformance.ts";

/** Word i of the memory at `at` becomes i, for i from .. to. Past the memory's end it traps. */
const source = `export function fill(at: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) store<i32>(at + (<usize>i << 2), i);
}`;
let module: WebAssembly.Module;

beforeAll(async () => {
  let bytes = new Uint8Array();
  const memory = ["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "1"];
  const { error } = await asc.main(
    ["fill.ts", "-o", "fill.wasm", "--runtime", "stub", "--enable", "threads", ...memory],
    {
      readFile: (name) => (name === "fill.ts" ? source : null),
      writeFile(_, contents) {
        if (typeof contents !== "string") bytes = Uint8Array.from(contents);
      },
      listFiles: () => [],
    },
  );
  if (error) throw error;
  module = new WebAssembly.Module(bytes);
});

function program(): Program {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { module, memory, kernels: Object.values(exports).filter((f) => typeof f === "function") as Kernel[] };
}

const launch = (rest: Partial<Launch> = {}): Launch => ({
  ...{ name: "fill", kernel: 0, units: 1000, chunk: 7, given: [64], scratch: 0, room: -1 },
  ...rest,
});

async function assembled(crew: Crew): Promise<Crew> {
  while (crew.expected) await setTimeout(1);
  return crew;
}

describe("a board", () => {
  it("tells a thread that memory has grown before it computes in it", () => {
    const board = new Board();
    const told: string[] = [];
    const kernel = (): void => {
      told.push("computes");
      board.dismiss(); // so that the thread's life ends
    };
    board.open(launch({ units: 1, given: [] }), 5);
    board.serve([kernel], 1, () => told.push("hears of it"));
    expect(told).toEqual(["hears of it", "computes"]);
  });
});

describe("a crew", () => {
  it("computes every unit once, whoever is free, from the first launch on", async () => {
    const given = program();
    const crew = new Crew(given, 3, expect.fail);
    const words = new Int32Array(given.memory.buffer, 64, 1001);
    for (const ready of [false, true]) {
      if (ready) await assembled(crew);
      words.fill(-1);
      crew.run(launch());
      expect(Array.from(words)).toEqual([...Array(1000).keys(), -1]);
    }
    expect(crew.ready).toBe(3);
    crew.dismiss();
  });

  it("names the thread whose kernel fails, and goes on", async () => {
    const given = program();
    const crew = await assembled(new Crew(given, 2, expect.fail));
    // One unit lies past the end of its page: the thread that comes by it, now this one and now the other, traps.
    const beyond = launch({ units: 65_536 / 4 + 1, chunk: 1, given: [0] });
    const seen = new Set<string>();
    for (let tries = 0; tries < 1000 && seen.size < 2; tries++) {
      try {
        crew.run(beyond);
      } catch (error) {
        seen.add((error as Error).message);
      }
    }
    expect([...seen].sort()).toEqual([
      "fill: thread 1 of 2: RuntimeError: memory access out of bounds",
      "memory access out of bounds",
    ]);
    crew.run(launch());
    expect(new Int32Array(given.memory.buffer, 64, 1000)[999]).toBe(999);
    crew.dismiss();
  });

  /** Lets workers be started that do nothing, until `restore`. Gives what would be called if one had ended. */
  function idleWorkers() {
    const ends: ((why: string) => void)[] = [];
    const start = vi.spyOn(host, "startWorker").mockImplementation((_, __, gone) => {
      ends.push(gone);
      return { end: () => {} };
    });
    return { ends, restore: () => start.mockRestore() };
  }

  it("gives a thread up that begins a chunk and does not end, names it, and never hangs", () => {
    const { restore } = idleWorkers();
    const crew = new Crew(program(), 2, () => {}, 50);
    restore();
    const close = vi.spyOn(Board.prototype, "close").mockImplementationOnce(function (this: Board) {
      new Int32Array(this.memory)[3] |= 1 << 1; // as if thread 1 were at work, and for good
    });
    expect(() => crew.run(launch())).toThrow("fill: thread 1 of 2 did not end in 0.05 s: was its worker ended?");
    close.mockRestore();
    expect(crew.dismissed).toBe(true);
  });

  it("says once that a thread has ended, and does its work without it", async () => {
    const { ends, restore } = idleWorkers();
    const given = program();
    const crew = new Crew(given, 3, () => {});
    restore();
    const board = vi.spyOn(Board.prototype, "ready", "get").mockReturnValue([1, 2]);
    ends[1]("it ended with code 7");
    board.mockRestore();
    expect(() => crew.run(launch())).toThrow("fill: thread 2 of 3 has ended: it ended with code 7; the others go on");
    crew.run(launch());
    expect(new Int32Array(given.memory.buffer, 64, 1000)[999]).toBe(999);
  });

  it("does without threads that cannot begin, and says why", async () => {
    const refused: string[] = [];
    const given = { ...program(), module: {} as WebAssembly.Module };
    const crew = await assembled(new Crew(given, 2, (why) => refused.push(why)));
    expect(refused).toEqual([expect.stringMatching(/^thread 1 of 2 did not begin: TypeError: WebAssembly\.Instance/)]);
    crew.run(launch());
    expect(new Int32Array(given.memory.buffer, 64, 1000)[999]).toBe(999);
  });
});

describe("the cpu device on threads", () => {
  const variants: MachineOptions[] = [
    { relaxed: false, shared: false, threads: 1 },
    { relaxed: true, shared: false, threads: 1 },
    ...[1, 2, 3].flatMap((threads) => [false, true].map((relaxed) => ({ relaxed, shared: true, threads }))),
  ];
  const named = ({ relaxed, shared, threads }: MachineOptions): string =>
    `${relaxed ? "relaxed" : "plain"}, ${shared ? "shared" : "unshared"}, ${threads} threads`;

  it.each(variants.map((options) => [named(options), options] as const))(
    "means what the reference device means: %s",
    async (_, options) => {
      const device = new CpuDevice({ ...options, finely: true });
      expect(await device.assemble()).toBe(options.threads);
      expect(device.report().build).toBe(
        `WebAssembly ${options.relaxed ? "relaxed " : ""}SIMD, ${options.shared ? "shared" : "unshared"} memory`,
      );
      expect((await conformance(device)).slice(0, 10)).toEqual([]);
      device.threads = 1;
    },
    300_000,
  );

  it.each([false, true])(
    "gives the same bits on 1, 2 and 3 threads, wherever work is cut: relaxed %s",
    async (relaxed) => {
      const one = await results(new CpuDevice({ threads: 1, relaxed }));
      for (const threads of [2, 3]) {
        const device = new CpuDevice({ threads, relaxed, finely: true });
        await device.assemble();
        const many = await results(device);
        device.threads = 1;
        expect([...many.keys()]).toEqual([...one.keys()]);
        expect(
          [...one].filter(([name, bits]) => !bits.equals(many.get(name) ?? Buffer.of())).map(([name]) => name),
        ).toEqual([]);
      }
    },
    300_000,
  );

  it("starts threads when there is work for them, not before", async () => {
    const device = new CpuDevice({ threads: 2 });
    const rows = { outer: 1e5, n: 10, inner: 1 };
    const x = device.upload(new Float32Array(1e6));
    device.kernels.reduce("sum", device.upload([1, 2]), { outer: 2, n: 1, inner: 1 });
    await setTimeout(100);
    expect(device.report().threads).toBe(1);
    for (let i = 0; i < 200; i++) device.kernels.reduce("sum", x, rows).free();
    await vi.waitUntil(() => device.report().threads === 2);
    device.threads = 1;
  });

  it("takes another number at any time", async () => {
    const device = new CpuDevice({ threads: 1 });
    for (const threads of [3, 1, 2]) {
      device.threads = threads;
      expect(await device.assemble()).toBe(threads);
    }
    expect(() => setThreads(0)).toThrow("setThreads: needs a whole number in 1..32, got 0");
    expect(() => setThreads(1.5)).toThrow("1.5");
    setThreads(1);
    expect(cpu.report().threads).toBe(1);
  });
});

describe("a process with threads", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "align-uniform-threads-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("ends when its own work is done, though its threads wait for more", async () => {
    const outfile = join(folder, "main.mjs");
    const contents = `
      import { cpu, ones, setThreads } from "align-uniform";
      setThreads(3);
      const x = ones([1000, 1000]);
      for (let i = 0; i < 50; i++) await x.sum({ dim: 1 }).data();
      await cpu.assemble();
      console.log(cpu.report().threads, await x.sum({ dim: 1 }).sum().item());`;
    const stdin = { contents, resolveDir: root, loader: "ts" } as const;
    await build({
      stdin,
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      alias: { "align-uniform": join(root, "src/index.ts") },
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { timeout: 20_000 });
    expect(stdout).toBe("3 1000000\n");
  });
});
