import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { anchorsOf, documents, prose } from "./markdown.ts";
import { filesUnder, read, root } from "./source.ts";

interface Link {
  readonly from: string;
  readonly to: string;
}

/** Links inside the repository, of a Markdown text: `[text](path#anchor)`, images, `<a href>` and `<img src>`. */
function linksOf(from: string, text: string): Link[] {
  const targets = [
    ...[...prose(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1]),
    ...[...prose(text).matchAll(/\b(?:href|src)="([^"]+)"/g)].map((match) => match[1]),
  ];
  return targets.filter((to) => !/^[a-z]+:/.test(to)).map((to) => ({ from, to }));
}

/** Documents that a source's comments name, with an anchor where they give one: `docs/derivations.md#log`. */
function mentionsIn(from: string, text: string): Link[] {
  return [...text.matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([to]) => ({ from, to: `/${to}` }));
}

/** Why a link leads nowhere; undefined if it leads somewhere. `/path` counts from the root. */
function broken({ from, to }: Link): string | undefined {
  const [path, anchor] = to.split("#");
  const target = path === "" ? from : path.startsWith("/") ? path.slice(1) : normalize(join(dirname(from), path));
  if (!existsSync(join(root, target))) return `${from}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith(".md") || anchorsOf(read(target)).includes(anchor)) return undefined;
  return `${from}: ${target} has no heading #${anchor}`;
}

const whyBroken = (links: readonly Link[]): string[] => links.flatMap((link) => broken(link) ?? []);

describe("links", () => {
  it.each(documents)("of %s lead somewhere", (file) => {
    expect(whyBroken(linksOf(file, read(file)))).toEqual([]);
  });

  it("from comments in the sources to docs lead somewhere", () => {
    const places = ["src", "examples", "test", "scripts"];
    const sources = places.flatMap((folder) => [".ts", ".mjs", ".py"].flatMap((ending) => filesUnder(folder, ending)));
    const mentions = sources
      .filter((file) => !file.startsWith("test/house/"))
      .flatMap((file) => mentionsIn(file, read(file)));
    expect(mentions.length).toBeGreaterThan(0);
    expect(whyBroken(mentions)).toEqual([]);
  });
});

describe("the package", () => {
  // README.md is the exception: npm adds it to every package, and it is read on the repository's own page too.
  it("ships no document with a link to what it does not ship", () => {
    const { files } = JSON.parse(read("package.json")) as { files: string[] };
    const ships = (path: string): boolean => files.some((entry) => path === entry || path.startsWith(`${entry}/`));
    const target = ({ from, to }: Link): string => normalize(join(dirname(from), to.split("#")[0]));
    const links = documents.filter(ships).flatMap((file) => linksOf(file, read(file)));
    expect(links.filter((link) => !ships(target(link)))).toEqual([]);
  });
});

describe("the check of links", () => {
  it("sees links and images, and none in code or to the web", () => {
    const text = '[a](b.md#c) ![d](e.svg) <img src="f.png"> `[g](h)` [i](https://j)\n```ts\n[k](l)\n```\n';
    expect(linksOf("README.md", text).map(({ to }) => to)).toEqual(["b.md#c", "e.svg", "f.png"]);
  });

  it("sees a missing file and a missing heading", () => {
    expect(broken({ from: "docs/x.md", to: "../nowhere.md" })).toBe("docs/x.md: there is no nowhere.md");
    expect(broken({ from: "docs/x.md", to: "../README.md#no-such-heading" })).toMatch(/no heading #no-such-heading/);
    expect(broken({ from: "docs/x.md", to: "../LICENSE" })).toBeUndefined();
  });

  it("makes anchors as GitHub does", () => {
    const text = "# The circle & the figures\n## `log` x\n## Again\n## Again\n```sh\n# no heading\n```\n";
    expect(anchorsOf(text)).toEqual(["the-circle--the-figures", "log-x", "again", "again-1"]);
  });
});
