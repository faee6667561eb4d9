import { describe, expect, it } from "vitest";
import { planFor } from "./chromium.ts";
import { inChromium } from "./in-chromium.ts";

const page = (script: string): string => `<!doctype html><title>plain</title><script type="module">${script}</script>`;

const files = async () => ({
  "/quiet.html": page("console.log('ready'); console.warn('slowly');"),
  "/loud.html": page("console.error('no such shader');"),
  "/throws.html": page("throw new Error('lost');"),
  "/rejects.html": page("Promise.reject(new Error('lost later'));"),
  "/asks.html": page("await import('/absent.js').catch(() => {});"),
});

inChromium("a spec in Chromium", files, (open) => {
  it("passes where its page says nothing, and has both ways to a graphics card", async () => {
    const quiet = await open("/quiet.html");
    expect(await quiet.title()).toBe("plain");
    const adapter = "navigator.gpu.requestAdapter().then((adapter) => adapter?.info.architecture)";
    expect(await quiet.evaluate(adapter)).toBe("swiftshader");
    expect(await quiet.evaluate("new OffscreenCanvas(1, 1).getContext('webgl2') !== null")).toBe(true);
  });

  it.fails.for(["loud", "throws", "rejects", "asks"])("fails where a page %s", async (name) => {
    await open(`/${name}.html`);
  });

  it("fails no other spec, nor where the error is expected", async () => {
    await open("/loud.html", { expected: /no such shader/ });
    await open("/throws.html", { expected: /lost/ });
  });

  it("can take an API away before the page's own scripts run", async () => {
    const quiet = await open("/quiet.html", { before: "delete Navigator.prototype.gpu" });
    expect(await quiet.evaluate("'gpu' in navigator")).toBe(false);
  });
});

describe("without Chromium", () => {
  const nowhere = (): boolean => false;

  it("specs fail where CI is set and are skipped elsewhere, with the remedy", () => {
    expect(planFor({ CI: "true" }, nowhere)).toMatchObject({ specs: "fail", executable: undefined });
    expect(planFor({}, nowhere)).toMatchObject({ specs: "skip", why: expect.stringContaining("apt-get install") });
  });

  it("none is looked for elsewhere when CHROMIUM says where it is", () => {
    expect(planFor({ CHROMIUM: "/mine" }, (path) => path === "/mine").executable).toBe("/mine");
    expect(planFor({ CHROMIUM: "/mine" }, (path) => path !== "/mine").specs).toBe("skip");
    expect(planFor({}, (path) => path === "/usr/bin/chromium")).toMatchObject({ specs: "run" });
  });
});
