import type { Device } from "../devices/device.ts";

/** What a device did, in lines. */
export function deedsOf(device: Device): string {
  const { name, ran, compiled, build, threads } = device.report();
  const most = Object.entries(ran).sort(([, a], [, b]) => b - a);
  const launches = most.map(([kernel, times]) => `${times.toLocaleString("en").padStart(12)}  ${kernel}`);
  const seconds = compiled ? (compiled.milliseconds / 1000).toFixed(2) : "";
  const compiling = compiled ? `, ${compiled.kernels} kernels compiled in ${seconds} s (first runs included)` : "";
  const how = build ? ` (${build}, ${threads} ${threads === 1 ? "thread" : "threads"})` : "";
  return [`${name}${how} ran${compiling}:`, ...launches].join("\n");
}
