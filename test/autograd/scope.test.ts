import { describe, expect, it } from "vitest";
import {
  add,
  Buffer,
  backward,
  exp,
  keep,
  mul,
  Parameter,
  reference,
  scope,
  setDefaultDevice,
  square,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";

setDefaultDevice(reference("float64"));

/** Runs `f` in a scope and hands out the tensors it noted, returned or not. */
function noted<T>(f: (note: (x: Tensor) => Tensor) => T): { made: Tensor[]; result: T } {
  const made: Tensor[] = [];
  const result = scope(() =>
    f((x) => {
      made.push(x);
      return x;
    }),
  );
  return { made, result };
}

const freed = (x: Tensor): boolean => x.storage.freed;

describe("scope", () => {
  it("frees what was made inside and is not returned", () => {
    const outside = tensor([1, 2]);
    const { made, result } = noted((note) => add(note(exp(note(mul(outside, 2)))), 1));
    expect(made.map(freed)).toEqual([true, true]);
    expect([freed(result), freed(outside)]).toEqual([false, false]);
    expect(result.dataSync()[0]).toBeCloseTo(Math.E ** 2 + 1, 12);
  });

  it("finds what is returned in arrays, objects, Maps, Sets and Gradients, however deep", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const { result } = noted(() => ({
      list: [mul(x, 2), [mul(x, 3)]],
      map: new Map([["a", mul(x, 4)]]),
      set: new Set([mul(x, 5)]),
      grads: backward(sum(square(x))),
      none: undefined,
      text: "text",
    }));
    const found = [result.list.flat(), ...result.map.values(), ...result.set].flat();
    expect(found.map((t) => t.dataSync()[1])).toEqual([4, 6, 8, 10]);
    expect([...(result.grads.get(x)?.dataSync() ?? [])]).toEqual([2, 4]);
  });

  it("is not led astray by a result that contains itself", () => {
    const result: unknown[] = [];
    scope(() => {
      result.push(tensor([1]), result);
      return result;
    });
    expect(freed(result[0] as Tensor)).toBe(false);
  });

  it("does not free a storage that a returned tensor shares", () => {
    const { made, result } = noted((note) => note(tensor([1, 2])).detach());
    expect(freed(result)).toBe(false);
    expect(made.map(freed)).toEqual([false]);
  });

  it("leaves a returned tensor to the scope around it", () => {
    const { made, result } = noted((note) => {
      const inner = note(scope(() => note(tensor([5]))));
      return inner.itemSync();
    });
    expect([result, made.map(freed)]).toEqual([5, [true, true]]);
  });

  it("frees in an inner scope only what the inner scope made", () => {
    const { made } = noted((note) => {
      const first = note(tensor([1]));
      scope(() => mul(first, 2));
      expect(first.itemSync()).toBe(1);
    });
    expect(made.map(freed)).toEqual([true]);
  });

  it("spares what keep() took out", () => {
    const { made } = noted((note) => {
      note(keep(tensor([1])));
      keep([note(tensor([2]))]);
      note(tensor([3]));
    });
    expect(made.map(freed)).toEqual([false, false, true]);
  });

  it("spares the values of Parameters and Buffers, first and later ones", () => {
    const { result } = noted(() => {
      const w = new Parameter(tensor([1]));
      const b = new Buffer(tensor([2]));
      return () => [w, b];
    });
    const [w, b] = result();
    expect([w.itemSync(), b.itemSync()]).toEqual([1, 2]);
    scope(() => {
      w.value = add(w, 10);
      b.value = add(b, 10);
    });
    expect([w.itemSync(), b.itemSync()]).toEqual([11, 12]);
  });

  it("frees the value that a Parameter gives up, once nobody can have it", () => {
    const w = new Parameter(tensor([1]));
    const first = w.value.storage;
    const values = [2, 3, 4].map((n) =>
      scope(() => {
        w.value = add(mul(w, 0), n);
        return n;
      }),
    );
    expect(values).toEqual([2, 3, 4]);
    expect(first.freed).toBe(false); // made outside of every scope: somebody out there may have it
    const { storage } = w;
    scope(() => {
      const seen = w.detach();
      w.value = add(w, 1);
      expect(storage.freed).toBe(false); // seen has it until the scope ends
      expect(seen.itemSync()).toBe(4);
    });
    expect([storage.freed, w.itemSync()]).toEqual([true, 5]);
  });

  it("spares a given-up value that was handed out, returned, kept, or is another variable's", () => {
    const replace = (w: Parameter): void => {
      w.value = add(w, 1);
    };
    const fresh = (): Parameter => {
      const w = new Parameter(tensor([0]));
      scope(() => replace(w));
      return w;
    };

    const outside = fresh();
    const handed = outside.value; // as stateDict() does
    scope(() => replace(outside));
    expect(handed.itemSync()).toBe(1);

    const inside = fresh();
    const returned = scope(() => {
      const before = inside.detach();
      scope(() => replace(inside));
      return before;
    });
    expect([returned.itemSync(), inside.itemSync()]).toEqual([1, 2]);

    const once = fresh();
    const kept = scope(() => keep(once.detach()));
    scope(() => replace(once));
    expect(kept.itemSync()).toBe(1);

    const [source, target] = [fresh(), fresh()];
    scope(() => {
      target.value = source;
      replace(source);
    });
    expect([source.itemSync(), target.itemSync()]).toEqual([2, 1]);
    const { storage } = target;
    scope(() => replace(target));
    expect([target.itemSync(), storage.freed]).toEqual([2, true]);
  });

  it("frees when its function throws, and the scope around it goes on", () => {
    const made: Tensor[] = [];
    scope(() => {
      expect(() =>
        scope(() => {
          made.push(tensor([1]));
          throw new Error("inside");
        }),
      ).toThrow("inside");
      made.push(tensor([2]));
      expect(made.map(freed)).toEqual([true, false]);
    });
    expect(made.map(freed)).toEqual([true, true]);
  });

  it("refuses an async function and frees what it made before its first await", () => {
    const made: Tensor[] = [];
    expect(() =>
      scope(async () => {
        made.push(tensor([1]));
      }),
    ).toThrow("scope: the function must be synchronous, not return a promise; await outside of it");
    expect(made.map(freed)).toEqual([true]);
    expect(freed(tensor([1])), "no scope is open any more").toBe(false);
  });
});

describe("a freed tensor", () => {
  const gone = noted((note) => void note(tensor([1, 2, 3]))).made[0];

  it("throws at every use and says what to do", async () => {
    const message =
      /this tensor of 3 elements was freed when its scope ended: return it from the scope, or keep\(\) it/;
    expect(() => gone.dataSync()).toThrow(message);
    await expect(gone.data()).rejects.toThrow(message);
    expect(() => mul(gone, 2)).toThrow(message);
    expect(() => sum(gone)).toThrow(message);
  });

  it("can still be printed", () => {
    expect(String(gone)).toBe("Tensor [3] on reference(float64): freed");
  });

  it("that backward needs is named, with the op that saved it", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => sum(square(mul(x, 3))));
    expect(() => backward(loss)).toThrow(
      'backward: square saved "x", which was freed when its scope ended; call backward inside that scope',
    );
  });

  it("that backward does not need is no matter", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => sum(add(mul(x, 3), 1)));
    // mul saved the number 3, which was made inside, so that one is needed after all; add saved nothing.
    expect(() => backward(loss)).toThrow(/mul saved "b"/);
    const plain = scope(() => sum(add(add(x, x), x)));
    expect([...(backward(plain).get(x)?.dataSync() ?? [])]).toEqual([3, 3]);
  });
});
