import type { PictureLessons, Planned } from "../../src/cli/train/gallery.ts";
import type { Images } from "../../src/data/index.ts";
import { generator, type Module } from "../../src/index.ts";

/** Lessons without pictures, which keep what they were asked for and what they gave. */
export interface KeptLessons extends PictureLessons {
  readonly planned: Planned[];
  readonly given: Images<Float32Array>[];
}

/** Noise in place of `length` pictures of [channels, size, size]. No two views are alike, of whatever picture and step. */
export function noiseLessons(length: number, size: number, channels: number = 1): KeptLessons {
  const [planned, given]: [Planned[], Images<Float32Array>[]] = [[], []];
  const noise = generator(7);
  return {
    shape: [channels, size, size],
    length,
    planned,
    given,
    async *views(plan) {
      for (const step of plan) {
        const rows = 2 * step.indices.length;
        const data = Float32Array.from({ length: rows * channels * size * size }, () => noise.float());
        planned.push(step);
        given.push({ data, shape: [rows, channels, size, size] });
        yield given[given.length - 1];
      }
    },
  };
}

/** First and second views of a step, or of its pictures `from` up to before `end`. */
export function viewsOf(
  { data, shape: [rows, ...shape] }: Images<Float32Array>,
  [from, end]: readonly [from: number, end: number] = [0, rows / 2],
): [first: Images<Float32Array>, second: Images<Float32Array>] {
  const each = data.length / rows;
  const part = (start: number): Images<Float32Array> => ({
    data: data.slice((start + from) * each, (start + end) * each),
    shape: [end - from, ...shape],
  });
  return [part(0), part(rows / 2)];
}

/** All that a module's state dict has, as plain numbers. */
export function numbersOf(module: Module<never>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(module.stateDict()).map(([name, value]) => [name, [...value.dataSync()]]));
}

/** Everything that something gives one after the other, as a list. */
export async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
