import { type Device, reference, type Storage } from "../../src/index.ts";

const device = reference("float64");

/** The float64 reference device, remembering every storage that it makes. */
export function watchedDevice(): { device: Device; made: () => number; living: () => number; most: () => number } {
  const storages: Storage[] = [];
  const living = (): number => storages.filter((s) => !s.freed).length;
  let most = 0;
  const isStorage = (result: object): result is Storage => "freed" in result;
  /** Notes the storages there are, in arrays and objects too. */
  const note = (results: object): void => {
    if (!isStorage(results)) {
      for (const one of Object.values(results)) if (one) note(one);
      return;
    }
    Object.defineProperty(results, "device", { value: watched });
    storages.push(results);
    most = Math.max(most, living());
  };
  const watch =
    <R extends object>(f: (...args: never[]) => R) =>
    (...args: never[]): R => {
      const results = f(...args);
      note(results);
      return results;
    };
  const watchAll = <T extends object>(kernels: T): T =>
    Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [name, watch(kernel)])) as T;
  const watched: Device = {
    ...device,
    name: "watched",
    kernels: watchAll(device.kernels),
    fused: watchAll(device.fused),
    upload: watch(device.upload.bind(device)),
    verify: device.verify.bind(device),
    ranOn: device.ranOn.bind(device),
    report: device.report.bind(device),
  };
  return { device: watched, made: () => storages.length, living, most: () => most };
}
