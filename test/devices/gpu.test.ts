import { afterEach, describe, expect, it, vi } from "vitest";
import type { Device, Storage } from "../../src/devices/device.ts";
import { GpuDevice } from "../../src/devices/gpu/device.ts";
import type { Engine, GpuJsKernel, Handle } from "../../src/devices/gpu/engine.ts";
import { open } from "../../src/devices/gpu/open.ts";
import { asFunction, sourceOf } from "../../src/devices/gpu/pointwise.ts";
import { Programs } from "../../src/devices/gpu/programs.ts";
import { Arrays, GpuStorage } from "../../src/devices/gpu/storage.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { gpu } from "../../src/gpu.ts";
import {
  alignUniformLoss,
  binary,
  generator,
  mlpEncoder,
  Parameter,
  SGD,
  type Tensor,
  tensor,
  trainStep,
  unary,
} from "../../src/index.ts";
import { builtIn } from "./cases/pointwise.ts";

const exp = { name: "exp", f: Math.exp };
const add = { name: "add", f: (a: number, b: number) => a + b };

/** A device of its own, so that its counts start at zero. */
async function fresh(mode: "webasm" | "cpu" = "webasm"): Promise<GpuDevice> {
  return new GpuDevice(mode, await open(mode));
}

/** A storage whose numbers come, or fail, when the test says so. */
function later(device: Device, size: number) {
  let arrive: (values: Float32Array) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const values = new Promise<Handle>((resolve, reject) => {
    arrive = resolve;
    fail = reject;
  });
  const arrays = new Arrays(new Programs("cpu", noEngine));
  return { storage: new GpuStorage(device, arrays, size, arrays.expect(values, size)), arrive, fail };
}

async function isPending(x: Storage): Promise<boolean> {
  const pause = new Promise<"pending">((resolve) => setTimeout(resolve, 20, "pending"));
  return (await Promise.race([x.read(), pause])) === "pending";
}

describe.each(["webasm", "cpu"] as const)("gpu:%s", (mode) => {
  it("launches before its inputs are there and runs when they come", async () => {
    const device = await fresh(mode);
    const { storage: x, arrive } = later(device, 3);
    const y = device.kernels.map({ name: "square", f: (v) => v * v }, x);
    const z = device.kernels.zip(add, y, [1], device.upload([10, 20, 30]), [1], [3]);
    expect(z.size).toBe(3);
    expect(await isPending(z)).toBe(true);
    expect(device.ranOn()).toEqual({});
    arrive(Float32Array.of(1, 2, 3));
    expect([...(await z.read())]).toEqual([11, 24, 39]);
    expect(device.ranOn()).toEqual({ [`${mode}:map:square`]: 1, [`${mode}:zip:add`]: 1 });
  });

  it("keeps a failure until somebody reads, and hands it to whatever depends on it", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const device = await fresh(mode);
    const { storage: x, fail } = later(device, 2);
    const y = device.kernels.map(exp, x);
    const sum = device.kernels.reduce("sum", y, { outer: 1, n: 2, inner: 1 });
    const empty = device.kernels.copy(y, { shape: [0], strides: [1], offset: 0 });
    const checked = device.verify(device.upload([1]), sum, () => {});
    fail(new Error("the adapter went away"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    for (const z of [y, sum, empty, checked, y]) await expect(z.read()).rejects.toThrow("the adapter went away");
    expect([...(await device.kernels.map(exp, device.upload([0])).read())]).toEqual([1]);
  });

  it("gives its verdict with the next read", async () => {
    const device = await fresh(mode);
    const x = device.upload([3, 4]);
    const refuse = (): void => {
      throw new RangeError("rows must have unit length");
    };
    const bad = device.verify(x, device.kernels.reduce("sum", x, { outer: 1, n: 2, inner: 1 }), refuse);
    const dependant = device.kernels.map(exp, bad);
    await expect(dependant.read()).rejects.toThrow("rows must have unit length");
    const seen: number[] = [];
    const good = device.verify(x, device.kernels.map(exp, device.upload([0])), (values) => seen.push(...values));
    expect([...(await good.read())]).toEqual([3, 4]);
    expect(seen).toEqual([1]);
  });

  it("lets a launch finish whose input is freed after it was issued", async () => {
    const device = await fresh(mode);
    const { storage: x, arrive } = later(device, 2);
    const y = device.kernels.zip(add, x, [1], x, [1], [2]);
    const reading = x.read();
    x.free();
    x.free();
    arrive(Float32Array.of(1, 2));
    expect([...(await y.read())]).toEqual([2, 4]);
    expect([...(await reading)]).toEqual([1, 2]);
    expect(x.freed).toBe(true);
    expect(() => device.kernels.map(exp, x)).toThrow(/2 elements was freed/);
    expect(() => x.readSync()).toThrow(/freed/);
    await expect(x.read()).rejects.toThrow(/freed/);
  });

  it("copies what it is given and what it gives", async () => {
    const device = await fresh(mode);
    const given = Float32Array.of(1, 2);
    const x = device.upload(given);
    given.fill(9);
    (await x.read()).fill(9);
    expect([...(await x.read())]).toEqual([1, 2]);
  });

  it("refuses to read at once and names the remedy", async () => {
    const device = await fresh(mode);
    expect(device.asynchronous).toBe(true);
    expect(() => device.upload([1]).readSync()).toThrow(`gpu:${mode} reads asynchronously: use await x.data()`);
  });

  it("compiles a kernel once, whatever the sizes, and again for another function or number of dimensions", async () => {
    const device = await fresh(mode);
    const ones = (n: number): Storage => device.upload(new Float32Array(n).fill(1));
    for (const n of [5, 1031, 3, 64]) await device.kernels.map(exp, ones(n)).read();
    expect(device.report().compiled?.kernels).toBe(1);
    await device.kernels.map({ name: "neg", f: (x) => -x }, ones(5)).read();
    expect(device.report().compiled?.kernels).toBe(2);
    for (const n of [5, 7]) await device.kernels.zip(add, ones(n), [1], ones(n), [1], [n]).read();
    expect(device.report().compiled?.kernels).toBe(3);
    await device.kernels.zip(add, ones(3), [1, 0], ones(5), [0, 1], [3, 5]).read();
    expect(device.report().compiled?.kernels).toBe(4);
    expect(device.ranOn()).toEqual({ [`${mode}:map:exp`]: 4, [`${mode}:map:neg`]: 1, [`${mode}:zip:add`]: 3 });
  });

  it("tells apart two functions of one name", async () => {
    const device = await fresh(mode);
    const x = device.upload([3]);
    const twice = device.kernels.map({ name: "mine", f: (v) => 2 * v, source: "(v) => 2 * v" }, x);
    const thrice = device.kernels.map({ name: "mine", f: (v) => 3 * v, source: "(v) => { return 3 * v; }" }, x);
    expect([...(await twice.read()), ...(await thrice.read())]).toEqual([6, 9]);
  });

  it("refuses a function without a source, naming it and the remedy, and reports that", async () => {
    const device = await fresh(mode);
    const x = device.upload([1]);
    const message = `gpu:${mode}: kernel "map:mine" cannot run "mine", which has no GPU source: give the op a \`source\``;
    expect(() => device.kernels.map({ name: "mine", f: (v) => v }, x)).toThrow(message);
    expect(() => device.kernels.zip({ name: "toString", f: (v) => v }, x, [1], x, [1], [1])).toThrow(/"toString"/);
    expect(device.report().refused.map(({ what }) => what)).toEqual(["map:mine", "zip:toString"]);
    expect(device.report().refused[0].why).toContain(message);
  });

  it("names the kernel whose source does not compile", async () => {
    const device = await fresh(mode);
    const y = device.kernels.map({ name: "odd", f: (v) => v, source: "(v) => missing(v)" }, device.upload([1]));
    await expect(y.read()).rejects.toThrow(`gpu:${mode}: kernel "map:odd" failed: `);
    expect(device.report().refused.map(({ what }) => what)).toEqual(["map:odd"]);
    expect(device.ranOn()).toEqual({});
  });

  it("refuses storages of other devices and views that cannot be turned around", async () => {
    const device = await fresh(mode);
    const elsewhere = reference("float32").upload([1]);
    expect(() => device.kernels.map(exp, elsewhere)).toThrow(`gpu:${mode}: this storage is on reference(float32)`);
    expect(() => device.kernels.map(exp, new GpuDevice(mode, noEngine).upload([1]))).toThrow(/this storage is on/);
    const interlocked = { shape: [3, 2], strides: [2, 3], offset: 0 };
    expect(() => device.kernels.place(device.upload([1, 2, 3, 4, 5, 6]), interlocked, 8, 0)).toThrow(
      /kernel "place" cannot run a view whose strides \[2,3\] interlock over shape \[3,2\]/,
    );
  });

  it("sums half a million terms without drifting", async () => {
    const device = await fresh(mode);
    const n = 500_000;
    const x = device.upload(new Float32Array(n).fill(0.1));
    const [sum] = await device.kernels.reduce("sum", x, { outer: 1, n, inner: 1 }).read();
    expect(Math.abs(sum / (n * Math.fround(0.1)) - 1)).toBeLessThan(1e-5); // a plain float32 loop is off by 3.5e-3
    const [max] = await device.kernels.reduce("argMax", x, { outer: 1, n, inner: 1 }).read();
    expect(max).toBe(0);
  });

  it("finds the erf of 2,000 numbers to the rounding of float32", async () => {
    const device = await fresh(mode);
    const x = Float32Array.from({ length: 2000 }, (_, i) => (i - 1000) / 220);
    const erf = builtIn.maps.find(({ name }) => name === "erf");
    if (!erf) throw new Error("no op is called erf");
    const got = await device.kernels.map(erf, device.upload(x)).read();
    const worst = Math.max(...x.map((v, i) => (v === 0 ? got[i] : Math.abs(got[i] / erf.f(v) - 1))));
    expect(worst).toBeLessThan(4 * 2 ** -23);
  });
});

it("finds every place in an array of nearly 2^24 elements, and refuses one of more", async () => {
  const device = await fresh("webasm");
  const [m, n] = [4099, 4093];
  const x = device.upload(Float32Array.from({ length: m * n }, (_, i) => i % 9973));
  const y = await device.kernels.copy(x, { shape: [n, m], strides: [1, n], offset: 0 }).read();
  let wrong = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) if (y[i * m + j] !== (j * n + i) % 9973) wrong++;
  expect(wrong).toBe(0);
  const tooLong = { shape: [2 ** 24 + 1], strides: [0], offset: 0 };
  expect(() => device.kernels.copy(x, tooLong)).toThrow(
    'gpu:webasm: kernel "copy" cannot run 16777217 elements: places in a kernel are float32, exact up to 16777216',
  );
});

it("has a source for the function of every built-in pointwise op", () => {
  expect(builtIn.maps.length).toBeGreaterThan(9);
  expect(builtIn.zips.length).toBeGreaterThan(8);
  const without = [...builtIn.maps, ...builtIn.zips].filter(
    (fn) => sourceOf({ ...fn, source: undefined }) === undefined,
  );
  expect(without).toEqual([]);
});

it("takes no op of a user's for a built-in op of the same name", async () => {
  const x = tensor([-1, 2], { device: await fresh("cpu") });
  const leaky = { f: (a: number) => Math.max(a, 0.01 * a), vjp: null };
  expect(() => unary("relu", leaky)(x)).toThrow(/"relu", which has no GPU source/);
  const source = "(a) => { if (a > 0) { return a; } return 0.01 * a; }";
  expect(await unary("relu", { ...leaky, source })(x).data()).toEqual(Float32Array.of(-0.01, 2));
  const product = binary("add", { f: (a, b) => a * b, source: "(a, b) => a * b", vjp: [null, null] });
  expect(await product(x, x).data()).toEqual(Float32Array.of(1, 4));
});

it("reads arrow functions as gpu.js wants them, minified ones too", () => {
  expect(asFunction("(x) => x * x")).toBe("function element(x) { return x * x; }");
  expect(asFunction("a=>a>0?a:0")).toBe("function element(a) { return a>0?a:0; }");
  expect(asFunction("(a,b)=>{return a-b}")).toBe("function element(a,b) {return a-b}");
  expect(asFunction("function f(x) { return x; }")).toBe("function f(x) { return x; }");
});

const noEngine: Engine = {
  createKernel() {
    throw new Error("this engine makes no kernels");
  },
};

/** A graphics card of which we see every array: kernels add 1 to their first input, and compile only when told to. */
function card(compile: Promise<unknown> = Promise.resolve()) {
  const live = new Set<Handle>();
  const arrays = new Map<Handle, Float32Array>();
  let fault: string | undefined;
  const engine: Engine = {
    createKernel(_, settings) {
      const { pipeline } = settings as { pipeline: boolean };
      let size = 1;
      let built = false;
      const call = async (first: Handle | number): Promise<Handle> => {
        if (!built) await compile; // as gpu.js has it: what compiles takes the size that holds when it is done
        built = true;
        const given = first instanceof Float32Array ? first : arrays.get(first as Handle);
        if (given === undefined || (!(first instanceof Float32Array) && !live.has(first as Handle))) {
          throw new Error("an array that was deleted");
        }
        const values = new Float32Array(size).fill(given[0] + (pipeline ? 1 : 0));
        for (let i = 0; i < Math.min(given.length, size, 10); i++) values[i] = given[i] + (pipeline ? 1 : 0);
        if (!pipeline) return values;
        const handle: Handle = {
          delete() {
            if (!live.delete(handle)) throw new Error("deleted twice");
          },
        };
        live.add(handle);
        arrays.set(handle, values);
        return handle;
      };
      return Object.assign(call, {
        setOutput: ([n]: readonly number[]) => {
          size = n;
        },
        kernel: { constructor: { mode: "webgpu" } },
      });
    },
    fault: () => fault,
  };
  return {
    live,
    device: new GpuDevice("webgpu", engine),
    break: (why: string) => {
      fault = why;
    },
  };
}

describe("on a card", () => {
  const soon = () => new Promise((resolve) => setTimeout(resolve));

  it("a program that compiles is not given another size by a second launch", async () => {
    let compiled: (value?: unknown) => void = () => {};
    const { device } = card(
      new Promise((resolve) => {
        compiled = resolve;
      }),
    );
    const sizes = [5, 7, 3];
    const all = sizes.map((n) => device.kernels.map(exp, device.upload(new Float32Array(n))));
    await soon();
    compiled();
    expect((await Promise.all(all.map((y) => y.read()))).map((values) => values.length)).toEqual(sizes);
  });

  it("arrays go back when their storages are freed and the launches that read them are done", async () => {
    const { device, live } = card();
    const x = device.upload([1, 2]);
    const y = device.kernels.map(exp, x);
    x.free(); // before anything ran
    const z = device.kernels.map(exp, y);
    expect([...(await z.read())]).toEqual([4, 5]);
    expect(live.size).toBe(2);
    expect(device.alive).toEqual({ count: 2, bytes: 16 });
    y.free();
    z.free();
    y.free();
    await soon();
    expect(live.size).toBe(0);
    expect(device.alive).toEqual({ count: 0, bytes: 0 });
  });

  it("a loop that frees nothing is bounded if it awaits a number of each round", async () => {
    const { device, live } = card();
    const size = 2 ** 18; // 1 MiB
    const x = device.upload(new Float32Array(size));
    let most = 0;
    for (let round = 0; round < 200; round++) {
      const y = device.kernels.map(exp, device.kernels.map(exp, x));
      expect((await y.read())[0]).toBe(3);
      most = Math.max(most, live.size);
    }
    expect(most).toBeLessThan(200); // of 401
    expect(device.alive.bytes).toBeLessThan(2 ** 28);
  });

  it("of what a kernel makes for itself alone nothing stays", async () => {
    const { device, live } = card();
    const x = device.upload(new Float32Array(24));
    const whole = { shape: [24], strides: [1], offset: 0 };
    const axis = { outer: 1, n: 24, inner: 1 };
    const made = [
      device.kernels.concat([x, x, x, x, x], 1, [24, 24, 24, 24, 24], 1),
      device.kernels.take(x, Int32Array.of(3, 1), axis),
      device.kernels.scatterAdd(x, new Int32Array(24), axis),
      device.kernels.place(x, whole, 30, 7),
      device.kernels.reduce("sum", device.kernels.copy(x, { shape: [70_000], strides: [0], offset: 0 }), {
        ...{ outer: 1, n: 70_000, inner: 1 },
      }),
      ...[device.fused.logPotential?.(x, undefined, 12, 12, 2, 2, [false, false]).total ?? x],
    ];
    expect(() => device.kernels.place(x, { shape: [3, 2], strides: [2, 3], offset: 0 }, 8, 0)).toThrow(/interlock/);
    await Promise.all(made.map((y) => y.read()));
    await soon();
    expect(live.size).toBe(made.length + 2); // and x, and what the sum was of
  });

  it("a verdict that has passed is forgotten, so that weights do not carry those of all steps", async () => {
    const { device } = card();
    let weight = device.upload([1]);
    for (let step = 0; step < 3; step++) {
      const checked = device.verify(weight, device.upload([0]), () => {});
      weight = device.kernels.map(exp, checked);
    }
    expect(weight instanceof GpuStorage && weight.verdict).toBeInstanceOf(Promise);
    await weight.read();
    await soon();
    expect(weight instanceof GpuStorage && weight.verdict).toBeUndefined();
  });

  it("a launch that failed gives back what it read", async () => {
    const { device, live } = card();
    const { storage: missing, fail } = later(device, 1);
    const x = device.upload([1]);
    const y = device.kernels.zip(add, missing, [1], x, [1], [1]);
    x.free();
    fail(new Error("never came"));
    await expect(y.read()).rejects.toThrow("never came");
    y.free();
    await soon();
    expect(live.size).toBe(0);
    expect(device.alive.count).toBe(0);
  });

  it("launches go on while a check of what they read is under way, and its verdict comes with the read", async () => {
    const { device } = card();
    const { storage: probe, arrive } = later(device, 1);
    const x = device.verify(device.upload([1]), probe, () => {
      throw new RangeError("not of unit length");
    });
    const y = device.kernels.map(exp, x);
    await soon();
    expect(device.ranOn()).toEqual({ "webgpu:map:exp": 1 });
    arrive(Float32Array.of(2));
    await expect(y.read()).rejects.toThrow("not of unit length");
  });

  it("what the card reports outside of a call is the error of the next read, with a remedy", async () => {
    const { device, break: report } = card();
    const y = device.kernels.map(exp, device.upload([1]));
    await y.read();
    report("WebGPU refused work (out of memory)");
    const message =
      "gpu:webgpu: WebGPU refused work (out of memory); its arrays are lost: load a checkpoint and ask gpu() for the device again";
    await expect(y.read()).rejects.toThrow(message);
    expect(device.fault?.message).toContain(message);
  });
});

describe("when gpu.js degrades", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is an error naming the kernel and gpu.js's own reason, for a kernel that webasm cannot take", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const engine = await open("webasm");
    const device = new GpuDevice("webasm", {
      createKernel: (_, settings) =>
        engine.createKernel("function kernel(x) { return x[this.thread.x] > 0; }", settings),
    });
    const y = device.kernels.map(exp, device.upload([1]));
    await expect(y.read()).rejects.toThrow(
      /gpu:webasm: gpu\.js moved kernel "map:exp" to its cpu mode \(return type Boolean is not supported on the webasm/,
    );
    expect(device.ranOn()).toEqual({});
    expect(device.report().refused[0].why).toContain("return type Boolean");
  });

  it("is an error where gpu.js gives no reason", async () => {
    const device = new GpuDevice("webasm", await open("cpu"));
    const y = device.kernels.map(exp, device.upload([1]));
    await expect(y.read()).rejects.toThrow(/moved kernel "map:exp" to its cpu mode \(gpu\.js gives no reason\)/);
  });

  it("is an error where a kernel makes too few numbers", async () => {
    const kernel = Object.assign(async () => new Float32Array(1), {
      setOutput: () => {},
      kernel: { constructor: { mode: "cpu" } },
    }) satisfies GpuJsKernel;
    const device = new GpuDevice("cpu", { createKernel: () => kernel });
    const y = device.kernels.map(exp, device.upload([1, 2]));
    await expect(y.read()).rejects.toThrow('gpu:cpu: kernel "map:exp" made 1 numbers instead of 2');
  });
});

describe("gpu()", async () => {
  it("gives the mode asked for, and the same device each time", async () => {
    const device = await gpu({ mode: "webasm" });
    expect(device.name).toBe("gpu:webasm");
    expect(await gpu({ mode: "webasm" })).toBe(device);
    expect((await gpu({ mode: "cpu" })).name).toBe("gpu:cpu");
  });

  it("says what WebGL2 and headless-gl lack in Node", async () => {
    const webgl2 = "gpu: this mode does not run here: webgl2: it needs a browser: there is no canvas here";
    await expect(gpu({ mode: "webgl2" })).rejects.toThrow(webgl2);
    const bare = { GPU: Object.assign(class {}, { isHeadlessGLSupported: false }) };
    const why = 'the package "gl" (headless-gl) is not installed, did not build, or found no display: npm i gl';
    await expect(open("headlessgl", async () => bare)).rejects.toThrow(why);
  });

  // On a machine with a graphics card that Node can use there is nothing to refuse.
  const card = await gpu().then(
    (device) => device.name,
    () => undefined,
  );
  it.skipIf(card)(
    "without a mode rejects with each reason, and names the modes that need no graphics card",
    async () => {
      const pattern =
        /^gpu: no mode runs here: webgpu: .+; webgl2: .+; headlessgl: .+; the mode "webasm" needs no graphics card$/;
      await expect(gpu()).rejects.toThrow(pattern);
    },
  );

  it.skipIf(card)("resolves to orElse where no mode runs, and only there", async () => {
    const orElse = reference("float32");
    expect(await gpu({ orElse })).toBe(orElse);
    expect(await gpu({ mode: "webgpu", orElse })).toBe(orElse);
    expect(orElse.report().refused.map(({ what }) => what)).toEqual(["gpu:webgpu", "gpu:webgl2", "gpu:headlessgl"]);
    expect((await gpu({ mode: "cpu", orElse })).name).toBe("gpu:cpu");
  });

  it("refuses unknown modes and options", async () => {
    await expect(gpu({ mode: "cuda" as "cpu" })).rejects.toThrow(/mode must be one of webgpu, .*cpu, got cuda/);
    await expect(gpu({ mod: "cpu" } as object)).rejects.toThrow(/gpu: unknown option "mod": it takes mode, orElse/);
  });

  it("says how to install gpu.js where it is absent", async () => {
    const absent = () => Promise.reject(new Error("Cannot find package 'gpu.js'"));
    await expect(open("webasm", absent)).rejects.toThrow(/install it: npm i gpu\.js \(Cannot find package/);
  });
});

describe("training on a device that reads asynchronously", () => {
  const sizes = { sizes: [6, 5, 3] };

  it("follows the reference device step by step, and compiles nothing once it is warm", async () => {
    const run = async (device: Device) => {
      const encoder = mlpEncoder({ ...sizes, generator: generator(1), device });
      const step = trainStep(new SGD(encoder.parameters(), { lr: 0.2, momentum: 0.9 }), (x: Tensor, y: Tensor) =>
        alignUniformLoss(encoder.forward(x), encoder.forward(y)),
      );
      const g = generator(2);
      const losses: number[] = [];
      const compiled: (number | undefined)[] = [];
      for (let i = 0; i < 5; i++) {
        const [x, y] = [g.normal([12, 6], { device }), g.normal([12, 6], { device })];
        losses.push(await (await step(x, y)).loss.item());
        compiled.push(device.report().compiled?.kernels);
      }
      return { losses, compiled };
    };
    const { losses: ours, compiled } = await run(await fresh("webasm"));
    const { losses: theirs } = await run(reference("float32"));
    expect(compiled[0]).toBeGreaterThan(20);
    expect(compiled.slice(2)).toEqual(Array(3).fill(compiled[1])); // the momentum begins with the second step
    for (const [i, loss] of ours.entries()) expect(Math.abs(loss - theirs[i])).toBeLessThan(1e-5);
    expect(ours[4]).toBeLessThan(ours[0]);
  });

  it("gives its verdict on a loss that is NaN at the next read", async () => {
    const p = new Parameter(tensor([1], { device: await fresh("cpu") }));
    const step = trainStep(new SGD([p], { lr: 1 }), () => ({ loss: p.mul(Number.NaN).sum() }));
    const { loss } = await step();
    await expect(loss.item()).rejects.toThrow("trainStep: the loss is NaN; the weights are lost, load a checkpoint");
  });

  it("and on rows that are not of length 1", async () => {
    const x = tensor(
      [
        [3, 4],
        [1, 0],
      ],
      { device: await fresh("cpu") },
    );
    const { align, uniform } = alignUniformLoss(x, x);
    await expect(align.item()).rejects.toThrow("alignUniformLoss: x: row 0 of [2, 2] has length 5");
    await expect(uniform.item()).rejects.toThrow("alignUniformLoss: x: row 0 of [2, 2] has length 5");
  });
});
