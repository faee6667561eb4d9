import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../house/source.ts";

/** Processes that all want the same thing at once. */
export interface Rivals {
  /** Each gives back what it has and tries to take `path`: "taken", or the error's message, of each. */
  take(path: string): Promise<string[]>;
  end(): void;
}

/**
 * Six processes with `take`, a function of a path written in TypeScript that resolves to what gives it back and imports
 * from `src`. Its program is built into `folder`.
 */
export async function rivals(folder: string, take: string): Promise<Rivals> {
  const outfile = join(folder, "rival.mjs");
  const contents = `
    ${take}
    let release;
    process.on("message", async (path) => {
      await release?.();
      release = undefined;
      try {
        release = await take(path);
        process.send("taken");
      } catch (error) {
        process.send(error.message);
      }
    });
    process.send("ready");`;
  const stdin = { contents, resolveDir: root, loader: "ts" } as const;
  await build({ bundle: true, format: "esm", platform: "node", outfile, stdin });
  const options = { stdio: ["ignore", "inherit", "inherit", "ipc"] as ("ignore" | "inherit" | "ipc")[] };
  const processes: ChildProcess[] = Array.from({ length: 6 }, () => spawn(process.execPath, [outfile], options));
  await Promise.all(processes.map((rival) => once(rival, "message")));
  return {
    take: (path) =>
      Promise.all(
        processes.map(async (rival): Promise<string> => {
          const answer = once(rival, "message");
          rival.send(path);
          return (await answer)[0];
        }),
      ),
    end: () => {
      for (const rival of processes) rival.kill("SIGKILL");
    },
  };
}
