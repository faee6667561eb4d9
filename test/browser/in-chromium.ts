import type { Browser, ConsoleMessage, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { launch, planFor } from "./chromium.ts";
import { type Files, Served } from "./served.ts";

export interface OpenOptions {
  /** JavaScript to run in the page before its own, such as one that takes an API away. */
  readonly before?: string;
  /** Errors that the page may report. */
  readonly expected?: RegExp;
}

/** Opens one of the files served, until the end of the spec that did; in a `beforeAll`, until that of the last one. */
export type Open = (path: string, options?: OpenOptions) => Promise<Page>;

/** After it, what a page said before has come; a promise that nobody caught is told of a little later than thrown errors. */
const turn = "new Promise((resolve) => setTimeout(resolve, 10))";

/**
 * Specs with a Chromium of their own and the files that `files` makes, both closed after the last spec. What a page
 * reports as an error, on its console or by not catching it, fails the spec that is running.
 */
export function inChromium(title: string, files: () => Promise<Files>, specs: (open: Open) => void): void {
  const plan = planFor(process.env);
  const skipped = plan.specs === "skip";
  if (skipped) console.warn(`skipped: ${title}. ${plan.why}`);
  describe.skipIf(skipped)(skipped ? `${title} (${plan.why})` : title, () => {
    let served: Served | undefined;
    let browser: Browser | undefined;
    const lasting: Page[] = [];
    let opened = lasting;
    const complaints: string[] = [];

    beforeAll(async () => {
      [browser, served] = await Promise.all([launch(plan), files().then(Served.of)]);
    }, 60_000);
    beforeEach(() => {
      opened = [];
    });
    afterEach(async () => {
      const own = opened;
      opened = lasting;
      await Promise.all([...lasting, ...own].map((page) => page.evaluate(turn)));
      await Promise.all(own.map((page) => page.close()));
      const said = complaints.splice(0);
      if (said.length > 0) throw new Error(`the page reports ${said.join("; ")}`);
    });
    afterAll(async () => {
      await Promise.all([browser?.close(), served?.close()]);
    });

    specs(async (path, { before, expected } = {}) => {
      if (browser === undefined || served === undefined) throw new Error("pages open from inside specs only");
      const complain = (text: string): void => {
        if (!expected?.test(text)) complaints.push(text);
      };
      const page = await browser.newPage();
      opened.push(page);
      page.on("console", (message: ConsoleMessage) => {
        if (message.type() === "error") complain(`${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => complain(error.stack ?? error.message));
      page.on("crash", () => complain("that it crashed"));
      if (before !== undefined) await page.addInitScript(before);
      await page.goto(served.url(path));
      return page;
    });
  });
}
