import { createHash } from "node:crypto";
import { isRecord } from "../../options.ts";
import { mostRows, type Part, type PassSums } from "./part.ts";

/** The format of a part's file; raised whenever a field changes its meaning. */
const schemaVersion = 1;
const task = "metrics-part";

/** A part as text: JSON, with numbers that must keep their bits in base64 of float64, little-endian. */
export function writePart({ shard, job, passes, readings }: Part): string {
  const written = passes.map(({ from, totals, points }, k) => {
    const parts = 2 * job.passes[k].ts.length;
    const n = points.length / parts;
    // Rows that this part has met: the others' sums are 0.
    const met = (i: number): boolean => Array.from({ length: parts }, (_, p) => points[p * n + i]).some((x) => x !== 0);
    let [start, end] = [0, n];
    while (start < end && !met(start)) start++;
    while (end > start && !met(end - 1)) end--;
    const some = new Float64Array(parts * (end - start));
    for (let p = 0; p < parts; p++) some.set(points.subarray(p * n + start, p * n + end), p * (end - start));
    const flat = new Float64Array(totals.length * parts);
    totals.forEach((total, i) => void flat.set(total, i * parts));
    return { from, strips: totals.length, totals: base64(flat), start, end, points: base64(some) };
  });
  const content = { schemaVersion, task, shard, job, ...(readings && { readings }), passes: written };
  return `${JSON.stringify({ ...content, sha256: digest(content) })}\n`;
}

/** Of all else that a part says: a letter of base64 that was changed is a number like any other. */
function digest(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/** The part in a file's text. `name` is what errors call it. Throws for anything that `writePart` does not write. */
export function readPart(text: string, name: string): Part {
  const damaged = (what: string): Error => new Error(`${name}: ${what}: make the part again with metrics --shard`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw damaged(`is no whole part of metrics (${(cause as Error).message})`);
  }
  if (!isRecord(content) || content.task !== task) throw damaged('is no part of metrics: "task" is not "metrics-part"');
  if (content.schemaVersion !== schemaVersion) {
    throw damaged(`is of schema version ${String(content.schemaVersion)}, this program reads ${schemaVersion}`);
  }
  const { sha256, ...rest } = content;
  if (sha256 !== digest(rest)) throw damaged("was changed since it was written: its SHA-256 is another");
  const { shard, job, passes } = content;
  const readings = readingsIn(content.readings);
  if (!isShard(shard) || !isJob(job) || !Array.isArray(passes) || passes.length !== job.passes.length) {
    throw damaged("lacks what a part must say of its shard, job or passes");
  }
  const { n } = job.x;
  const sums = passes.map((pass: unknown, k): PassSums => {
    const parts = 2 * job.passes[k].ts.length;
    if (!isRecord(pass)) throw damaged(`pass ${k} is missing`);
    const [from, strips, start, end] = [pass.from, pass.strips, pass.start, pass.end].map((x) =>
      typeof x === "number" && Number.isSafeInteger(x) && x >= 0 ? x : Number.NaN,
    );
    const flat = doublesIn(pass.totals, strips * parts);
    const some = doublesIn(pass.points, (end - start) * parts);
    if (!flat || !some || !(start <= end && end <= n)) throw damaged(`pass ${k} does not hold the numbers it promises`);
    const points = new Float64Array(parts * n);
    for (let p = 0; p < parts; p++)
      points.set(some.subarray(p * (end - start), (p + 1) * (end - start)), p * n + start);
    const totals = Array.from({ length: strips }, (_, i) => flat.subarray(i * parts, (i + 1) * parts));
    return { from, totals, points };
  });
  if (shard.index === 1 && readings === undefined) throw damaged("is a first part without the readings of one");
  return { shard, job, passes: sums, ...(readings && { readings }) };
}

function base64(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

/** As many finite numbers as are wanted; undefined if there are others. */
function doublesIn(text: unknown, count: number): Float64Array | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 8 * count) return undefined;
  const values = new Float64Array(Uint8Array.from(bytes).buffer);
  return values.every(Number.isFinite) ? values : undefined;
}

function isShard(value: unknown): value is Part["shard"] {
  if (!isRecord(value)) return false;
  const [index, count] = [Number(value.index), Number(value.count)];
  return Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count;
}

function isJob(value: unknown): value is Part["job"] {
  if (!isRecord(value) || !isRecord(value.x) || typeof value.sha256 !== "string") return false;
  const [n, d] = [Number(value.x.n), Number(value.x.d)];
  const numbers = (list: unknown): boolean => Array.isArray(list) && list.every((x) => typeof x === "number");
  const { passes, ts, alpha, normalize } = value;
  return (
    Number.isSafeInteger(n) &&
    Number.isSafeInteger(d) &&
    n >= 2 &&
    n <= mostRows &&
    d >= 1 &&
    numbers(ts) &&
    typeof alpha === "number" &&
    typeof normalize === "boolean" &&
    Array.isArray(passes) &&
    passes.length > 0 &&
    passes.every((pass) => isRecord(pass) && numbers(pass.ts) && numbers(pass.shifts) && isSizes(pass.sizes))
  );
}

function isSizes(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return [value.panel, value.block].every((size) => Number.isSafeInteger(size) && Number(size) >= 128);
}

/** JSON has no NaN: what was not measured is null there. */
function readingsIn(value: unknown): Part["readings"] {
  if (!isRecord(value) || !isRecord(value.norms) || typeof value.meanLength !== "number") return undefined;
  const { effectiveRank, wasserstein } = value;
  const measured = (x: unknown): number => (typeof x === "number" ? x : Number.NaN);
  const { distances } = value as unknown as NonNullable<Part["readings"]>;
  if (distances !== undefined && !(Array.isArray(distances) && distances.length > 0)) return undefined;
  return {
    ...(value as unknown as NonNullable<Part["readings"]>),
    effectiveRank: measured(effectiveRank),
    wasserstein: measured(wasserstein),
  };
}
