import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import type { DeviceReport } from "../../src/index.ts";
import { inChromium } from "./in-chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function files() {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-threads-"));
  try {
    await promisify(execFile)(process.execPath, [join(root, "scripts/browser-files.mjs"), folder]);
    const page = {
      "browser.js": await readFile(join(folder, "browser.js")),
      "threads.html": await readFile(join(root, "test/browser/pages/threads.html")),
      "threads.js": await readFile(join(root, "test/browser/pages/threads.js")),
    };
    return Object.fromEntries(
      ["/", "/isolated/"].flatMap((at) => Object.entries(page).map(([name, content]) => [at + name, content])),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Trained extends Required<Pick<DeviceReport, "threads" | "build" | "refused">> {
  readonly losses: readonly number[];
}

inChromium("the cpu device of browser.js, in a page with no build step", files, (open) => {
  /** What the page's main thread and its worker say. */
  async function trained(path: string): Promise<{ here: Trained; worker: Trained }> {
    const page = await open(path);
    const said = async (id: string): Promise<Trained> => {
      await page.locator(`#${id}:not(:empty)`).waitFor();
      return JSON.parse((await page.locator(`#${id}`).textContent()) ?? "");
    };
    return { here: await said("here"), worker: await said("worker") };
  }

  it("trains on one thread where the page is not cross-origin isolated, and says what to do", async () => {
    const { here, worker } = await trained("/threads.html");
    for (const { threads, build, refused } of [here, worker]) {
      expect(threads).toBe(1);
      expect(build).toMatch(/ unshared memory$/);
      expect(refused).toEqual([{ what: "threads", why: expect.stringContaining("Cross-Origin-Opener-Policy") }]);
    }
    expect(here.losses[19]).toBeLessThan(here.losses[0]);
    expect(worker.losses).toEqual(here.losses);
  });

  it("trains on threads in a Worker of an isolated page, on one thread outside of it, to the same bits", async () => {
    const { here, worker } = await trained("/isolated/threads.html");
    expect(here.threads).toBe(1);
    expect(here.refused).toEqual([{ what: "threads", why: expect.stringContaining("run the library in a Worker") }]);
    expect(worker).toMatchObject({ threads: 2, refused: [] });
    expect(worker.build).toMatch(/, shared memory$/);
    expect(worker.losses).toEqual(here.losses);
  });
});
