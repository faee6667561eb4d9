import type { FusedKernels, Storage, Update } from "../device.ts";
import type { Machine } from "./machine.ts";
import type { CpuStorage } from "./storage.ts";

/** Elements that are worth a thread's while. */
const grain = 16_384;

/**
 * Where an update's results go, and where they come from: the parameter's and its state's, 0 for state that is not
 * there yet.
 */
interface Places {
  readonly to: readonly number[];
  readonly from: readonly number[];
  readonly g: number;
}

export function optimizerKernels(machine: Machine): Pick<FusedKernels, "sgd" | "adam"> {
  /** `state`: how much of it each update leaves. Whatever may throw comes before the first launch. */
  function updated(
    name: string,
    updates: readonly Update[],
    spent: readonly Storage[],
    state: number,
    launch: (update: Update, places: Places) => void,
  ): CpuStorage[][] {
    const reusable = new Set(spent);
    const made: CpuStorage[] = [];
    const place = (x: Storage | undefined, size: number): CpuStorage => {
      if (x && reusable.has(x)) return machine.own(x);
      const fresh = machine.allocate(size);
      made.push(fresh);
      return fresh;
    };
    try {
      const planned = updates.map((update) => {
        const before = Array.from({ length: 1 + state }, (_, k) => [update.p, ...update.state].at(k));
        const from = before.map((x) => (x ? machine.at(x) : 0));
        const results = before.map((x) => place(x, update.p.size));
        return { update, results, places: { from, to: results.map((x) => x.address), g: machine.at(update.g) } };
      });
      machine.attend(name);
      machine.journal.ran(name);
      for (const { update, places } of planned) launch(update, places);
      return planned.map(({ results }) => results.map((x) => (reusable.has(x) ? x.handOver() : x)));
    } catch (error) {
      for (const x of made) x.free();
      throw error;
    }
  }

  return {
    sgd: (updates, { lr, momentum, weightDecay, nesterov }, spent) =>
      updated("sgd", updates, spent, momentum === 0 ? 0 : 1, ({ p }, { to, from, g }) => {
        const [next, nextBuffer = 0] = to;
        const [before, buffer = 0] = from;
        const rates = [lr, momentum, weightDecay, nesterov] as const;
        machine.share("sgd", { units: p.size, grain }, next, nextBuffer, before, g, buffer, ...rates);
      }),
    adam: (updates, { lr, betas: [beta1, beta2], eps, weightDecay, shrink }, spent) =>
      updated("adam", updates, spent, 2, ({ p, step }, { to: [next, nextM, nextV], from: [before, m, v], g }) => {
        const averages = [lr / (1 - beta1 ** step), beta1, 1 - beta1, beta2, 1 - beta2, 1 - beta2 ** step] as const;
        const at = [next, nextM, nextV, before, g, m, v] as const;
        machine.share("adam", { units: p.size, grain }, ...at, ...averages, eps, weightDecay, shrink);
      }),
  };
}
