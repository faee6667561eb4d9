import type { Device, Floats, FusedKernels, Kernels, Storage } from "../../src/devices/device.ts";

/** All kernels of a device that has the fused ones. */
export type AllKernels = Kernels & Required<FusedKernels>;

/** A correct device with some kernels replaced by wrong ones. */
export function withFault(device: Device, wrong: (right: AllKernels) => Partial<AllKernels>): Device {
  const right = { ...device.kernels, ...device.fused } as AllKernels;
  const all = { ...right, ...wrong(right) };
  return {
    ...{ name: "faulty", dtype: "float32", asynchronous: false, kernels: all, fused: all },
    upload: (values) => device.upload(values),
    verify: (x, probe, check) => device.verify(x, probe, check),
    ranOn: () => device.ranOn(),
    report: () => device.report(),
    refuse: (what, why) => device.refuse(what, why),
  };
}

/** y with every number replaced by what `edit` makes of it. */
export function edited(y: Storage, edit: (value: number, i: number, all: Floats) => number): Storage {
  const values = y.readSync();
  return y.device.upload(Array.from(values, (value, i) => edit(value, i, values)));
}
