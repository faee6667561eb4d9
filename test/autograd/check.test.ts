import { describe, expect, it } from "vitest";
import type { Kernels, Storage } from "../../src/devices/device.ts";
import {
  type Checkable,
  checkGradients,
  type GradientReport,
  generator,
  matmul,
  mean,
  mul,
  reference,
  relu,
  setDefaultDevice,
  sum,
  type Tensor,
  take,
  tensor,
  unary,
} from "../../src/index.ts";
import { fold, unfold } from "../../src/ops/index.ts";
import { sin } from "./ops.ts";

const device = reference("float64");
setDefaultDevice(device);

const x = generator(1).normal([3, 4]);

/** x² whose gradient is `factor` times the right one. */
function square(factor: number): (x: Tensor) => Tensor {
  return unary("square", { f: (a) => a * a, vjp: (g, { x }) => mul(g, mul(2 * factor, x)), saves: ["x"] });
}

async function check(f: Checkable, inputs: readonly Tensor[] = [x]): Promise<GradientReport> {
  return checkGradients(f, inputs);
}

describe("the checker", () => {
  it("passes a right gradient, with an error near rounding", async () => {
    const report = await check(sin);
    expect(report.ok).toBe(true);
    expect(report.maxError).toBeLessThan(1e-9);
    expect(report.resolution).toBeLessThan(2e-6);
    expect(report.worst).toBeUndefined();
  });

  it.each([1.0005, 0.9995, 1.00001])("catches a gradient that is off by a factor of %d", async (factor) => {
    const report = await check(square(factor));
    expect(report.ok).toBe(false);
    expect(report.maxError).toBeGreaterThan(Math.abs(factor - 1) / 50);
  });

  it("lets pass a factor within a tolerance that was asked for", async () => {
    expect((await checkGradients(square(1.0005), [x], { tolerance: 1e-2 })).ok).toBe(true);
  });

  it("names the entry that is furthest off: input, index, both gradients", async () => {
    /** a b, whose gradient in b is wrong at [2, 1] alone. */
    const f = (a: Tensor, b: Tensor): Tensor => {
      const wrong = tensor(
        new Float64Array(12).map((_, i) => (i === 2 * 4 + 1 ? 1 : 0)),
        { shape: [3, 4] },
      );
      return mul(a, b).add(mul(wrong, b.sub(b.detach())));
    };
    const report = await check(f, [x, generator(2).normal([3, 4])]);
    expect(report).toMatchObject({ ok: false, worst: { input: 1, index: [2, 1] } });
    const off = (report.worst?.analytic ?? 0) - (report.worst?.numeric ?? 0);
    expect(Math.abs(off)).toBeGreaterThan(1e-3);
  });

  it("tells a correct value from a wrong one beside it: `numeric` is what differences give", async () => {
    const { worst } = await checkGradients(square(2), [tensor([3])]);
    const direction = (worst?.numeric ?? 0) / 6; // the random cotangent of the one result
    expect(worst).toMatchObject({ input: 0, index: [0] });
    expect(worst?.analytic).toBeCloseTo(12 * direction, 6);
  });

  it("refuses a function that gives two results for one input", async () => {
    const g = generator(0);
    await expect(check((a) => mul(a, g.float()))).rejects.toThrow(
      "checkGradients: f gave two results for the same inputs; seed its randomness anew inside f",
    );
  });

  it("refuses a function that does not depend on its inputs", async () => {
    await expect(check(() => tensor(1))).rejects.toThrow("the result does not depend on the inputs");
    await expect(check((a) => a.detach().mul(2))).rejects.toThrow("the result does not depend on the inputs");
  });

  it("refuses what is no function, and says how to check a model", async () => {
    await expect(checkGradients({} as never, [x])).rejects.toThrow("f must be a function of tensors, got object");
    const w = tensor([2], { device: reference("float32") });
    await expect(check((a) => mul(a, w))).rejects.toThrow(/move one \(a model too\): await x.to\(device\)/);
  });

  it("refuses an order that it does not know", async () => {
    await expect(checkGradients(sin, [x], { order: 3 as 1 })).rejects.toThrow("order must be 1 or 2, got 3");
  });

  it("refuses an unknown option", async () => {
    await expect(checkGradients(sin, [x], { eps: 1e-3 } as object)).rejects.toThrow(
      'checkGradients: unknown option "eps": it takes tolerance, seed, order',
    );
  });

  it("says by its scale and resolution when there was nothing to check", async () => {
    const flat = await check((a) => mul(a, 0));
    expect([flat.ok, flat.scale]).toEqual([true, 0]);
    const drowned = await check((a) => mul(a, 1e-9).add(1e6));
    expect([drowned.ok, drowned.resolution > 1e-4]).toEqual([false, true]);
    const hidden = await check(
      unary("hidden", { f: (a) => 1e12 + a * a, vjp: (g, { x }) => mul(g, mul(20, x)), saves: ["x"] }),
    );
    expect(hidden.ok, "a gradient ten times too large, where nothing can be seen").toBe(false);
  });

  it("does not blame f for rounding that happens inside it, and says that it proved little", async () => {
    const cancelling = (a: Tensor): Tensor => mul(a, 1e-9).add(1).sub(1);
    for (let seed = 0; seed < 50; seed++) {
      const report = await checkGradients(cancelling, [x], { seed });
      expect(report.worst).toBeUndefined();
      expect([report.ok, report.resolution > 1e-4]).toEqual([false, true]);
    }
  });

  it("fails at a kink, where every step agrees on half of the slope", async () => {
    expect((await check(relu, [tensor([0])])).ok).toBe(false);
  });

  it("sees a gradient that is missing altogether", async () => {
    const report = await check((a, b) => mul(a, b.detach()), [x, x]);
    expect(report).toMatchObject({ ok: false, worst: { input: 1, analytic: 0 } });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("fails a gradient that is %d", async (wrong) => {
    const bad = unary("bad", { f: (a) => a, vjp: (g) => mul(g, wrong) });
    const report = await check(bad);
    expect([report.ok, report.worst?.analytic === undefined]).toEqual([false, false]);
  });

  it("checks float32 input in float64, several results and empty input", async () => {
    const f = (a: Tensor): Tensor[] => [sin(a), sum(mul(a, a)), mean(a)];
    expect((await check(f, [await x.to(reference("float32"))])).ok).toBe(true);
    expect(await check(sin, [tensor([])])).toMatchObject({ ok: true, scale: 0 });
  });

  it("checks values that are large or small as well as those near 1", async () => {
    expect((await check(square(1), [tensor([1e6, 2e6])])).ok).toBe(true);
    expect((await check(square(1.001), [tensor([1e6, 2e6])])).ok).toBe(false);
  });

  it("is the same every time, and depends on its seed", async () => {
    const [a, b, c] = await Promise.all([0, 0, 1].map((seed) => checkGradients(square(1.1), [x], { seed })));
    expect(a).toEqual(b);
    expect(a.scale).not.toBe(c.scale);
  });
});

/** Runs `f` while a kernel of the device is replaced. */
async function withKernel<K extends keyof Kernels>(
  name: K,
  wrong: (right: Kernels[K]) => Kernels[K],
  f: () => Promise<unknown>,
): Promise<unknown> {
  const right = device.kernels[name];
  Object.assign(device.kernels, { [name]: wrong(right) });
  try {
    return await f();
  } finally {
    Object.assign(device.kernels, { [name]: right });
  }
}

/** y with its numbers changed in place by `edit`. */
function edited(y: Storage, edit: (values: Float64Array) => void): Storage {
  const values = Float64Array.from(y.readSync());
  edit(values);
  return y.device.upload(values);
}

/** Whether the check finds fault: not ok, or a result that changes from one call to the next. */
async function findsFault(f: Checkable, inputs: readonly Tensor[]): Promise<boolean> {
  try {
    return !(await checkGradients(f, inputs)).ok;
  } catch (error) {
    return /two results for the same inputs/.test(String(error));
  }
}

describe("a fault in a kernel shows in the gradients: ", () => {
  const [a, b] = [generator(3).normal([4, 5]), generator(4).normal([5, 3])];
  const image = generator(5).normal([1, 2, 4, 4]);
  const columns = generator(6).normal([1, 8, 9]);
  let carried = 0;

  it.each<[fault: string, f: Checkable, inputs: Tensor[], run: (f: () => Promise<unknown>) => Promise<unknown>]>([
    [
      "matmul leaves out its last column",
      (u, v) => matmul(u, v),
      [a, b],
      (f) =>
        withKernel(
          "matmul",
          (right) => (u, v, sizes) =>
            edited(right(u, v, sizes), (y) => {
              for (let i = sizes.n - 1; i < y.length; i += sizes.n) y[i] = 0;
            }),
          f,
        ),
    ],
    [
      "matmul takes a transposed factor as it lies",
      (u) => matmul(u, u),
      [generator(7).normal([3, 3])],
      (f) =>
        withKernel(
          "matmul",
          (right) => (u, v, sizes) => right(u, v, { ...sizes, transposeA: false, transposeB: false }),
          f,
        ),
    ],
    [
      "reduce does not clear its accumulator",
      (u) => sum(mul(u, u), { dim: 0 }),
      [a],
      (f) =>
        withKernel(
          "reduce",
          (right) => (kind, u, axis) =>
            edited(right(kind, u, axis), (y) => {
              y.forEach((value, i) => {
                y[i] = value + carried;
              });
              carried = y[0] ?? 0;
            }),
          f,
        ),
    ],
    [
      "scatterAdd overwrites where indices repeat",
      (u) => take(u, [1, 1, 0]),
      [a],
      (f) =>
        withKernel(
          "scatterAdd",
          (right) => (u, indices, axis) =>
            edited(right(u, indices, axis), (y) => {
              const from = u.readSync();
              indices.forEach((to, j) => {
                for (let i = 0; i < axis.inner; i++) y[to * axis.inner + i] = from[j * axis.inner + i];
              });
            }),
          f,
        ),
    ],
    [
      "fold forgets the last column",
      (u) => unfold(u, 2),
      [image],
      (f) =>
        withKernel(
          "fold",
          (right) => (u, window) =>
            right(
              edited(u, (y) => y.fill(0, y.length - 1)),
              window,
            ),
          f,
        ),
    ],
    [
      "unfold reads zeros at the right edge",
      (u) => fold(u, [4, 4], 2),
      [columns],
      (f) =>
        withKernel(
          "unfold",
          (right) => (u, window) =>
            right(
              edited(u, (y) => {
                for (let i = window.width - 1; i < y.length; i += window.width) y[i] = 0;
              }),
              window,
            ),
          f,
        ),
    ],
    [
      "copy mixes up its strides",
      (u) => u.transpose().mul(u.transpose()).slice({ start: 0, end: 3 }),
      [a],
      (f) => withKernel("copy", (right) => (u, view) => right(u, { ...view, strides: [...view.strides].reverse() }), f),
    ],
    [
      "place leaves the last element out",
      (u) => u.slice({ dim: 1, start: 1 }),
      [a],
      (f) =>
        withKernel(
          "place",
          (right) => (u, view, size, fill) =>
            right(
              edited(u, (y) => y.fill(0, y.length - 1)),
              view,
              size,
              fill,
            ),
          f,
        ),
    ],
    [
      "zip repeats an operand along the wrong dimension",
      (u, v) => mul(u, v),
      [a, generator(8).normal([5])],
      (f) =>
        withKernel(
          "zip",
          (right) => (fn, u, us, v, vs, shape) =>
            right(fn, u, us, v, fn.name === "mul" ? [...vs].reverse() : vs, shape),
          f,
        ),
    ],
  ])("%s", async (_, f, inputs, run) => {
    expect(await findsFault(f, inputs), "without the fault").toBe(false);
    expect(await run(() => findsFault(f, inputs)), "with it").toBe(true);
    expect(await findsFault(f, inputs), "after it").toBe(false);
  });
});
