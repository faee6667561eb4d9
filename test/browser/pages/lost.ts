import type { Device } from "../../../src/devices/device.ts";
import { type GpuMode, gpu } from "../../../src/gpu.ts";

/** From losing.js, which runs before: takes the graphics card away from the page. */
declare const loseCard: () => void;

const square = { name: "square", f: (x: number) => x * x };

const told = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => "no error",
    (error: Error) => error.message,
  );

async function nine(device: Device): Promise<boolean> {
  return (await device.kernels.map(square, device.upload([3])).read())[0] === 9;
}

/** What the device says of results from before its card was lost and from after, and whether it can be had anew. */
export async function afterLoss(mode: GpuMode): Promise<{ before: string; after: string; anew: boolean }> {
  const device = await gpu({ mode });
  const y = device.kernels.map(square, device.upload([3]));
  await y.read();
  loseCard();
  await new Promise((resolve) => setTimeout(resolve, 100)); // the news comes as an event
  const before = await told(y.read());
  const after = await told(device.kernels.map(square, y).read());
  const next = await gpu({ mode });
  return { before, after, anew: next !== device && (await nine(next)) };
}
