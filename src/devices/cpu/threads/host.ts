/** A worker that was started; it never keeps the process alive. */
export interface Hand {
  /** Ends it, whatever it is doing. */
  end(): void;
}

/** Node's own modules, where there are any: asked for at run time, so that no bundler sees an import. */
const node = {
  workers: () => globalThis.process?.getBuiltinModule?.("node:worker_threads"),
  system: () => globalThis.process?.getBuiltinModule?.("node:os"),
};

/** How many threads this machine runs at once. */
export function cores(): number {
  return node.system()?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Why threads cannot be had here; undefined where they can. */
export function threadsMissing(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false) {
    return "this page is not cross-origin isolated, so it has no shared memory: serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  }
  if (node.workers() === undefined && typeof Worker === "undefined") return "this JavaScript engine has no workers";
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
  } catch {
    return "a page's main thread may not wait for others: run the library in a Worker";
  }
  return undefined;
}

/** Starts a worker from text. `gone` is called once, when it has ended of itself or could not begin, with the reason. */
export function startWorker(text: string, data: unknown, gone: (why: string) => void): Hand {
  const workers = node.workers();
  if (workers) {
    const worker = new workers.Worker(text, { eval: true, workerData: data, execArgv: [], name: "align-uniform cpu" });
    let why = "";
    worker.on("error", (error) => {
      why = String(error);
    });
    worker.on("exit", (code) => gone(why || `it ended with code ${code}`));
    worker.unref();
    return { end: () => void worker.terminate() };
  }
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(address, { name: "align-uniform cpu" });
  const failed = ({ message }: ErrorEvent): void =>
    gone(message || "the page's security policy may forbid blob: workers");
  worker.addEventListener("error", failed, { once: true });
  worker.postMessage(data);
  return { end: () => worker.terminate() };
}
