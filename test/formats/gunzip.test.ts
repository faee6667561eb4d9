import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gathered } from "../../src/formats/byte-source.ts";
import { gunzip } from "../../src/formats/index.ts";
import { inflate } from "../../src/formats/inflate.ts";

const text = new TextEncoder().encode("alignment and uniformity ".repeat(2000));
const packed = Uint8Array.from(gzipSync(text));

describe("gunzip", () => {
  it("gives what is inside, of several members too, and other bytes as they are", async () => {
    expect(await gunzip(packed)).toEqual(text);
    expect(await gunzip(Uint8Array.of(...packed, ...gzipSync(Uint8Array.of(1, 2))))).toEqual(
      Uint8Array.of(...text, 1, 2),
    );
    expect(await gunzip(text)).toBe(text);
    expect(await gunzip(Uint8Array.of(0x1f))).toEqual(Uint8Array.of(0x1f));
    expect(await gunzip(gzipSync(new Uint8Array(0)))).toEqual(new Uint8Array(0));
    const room = new Uint8Array(packed.length + 9);
    room.set(packed, 4);
    expect(await gunzip(room.subarray(4, 4 + packed.length))).toEqual(text);
  });

  it("stops at its limit, long before a small file has become a large one", async () => {
    expect(await gunzip(packed, { limit: text.length })).toEqual(text);
    await expect(gunzip(packed, { limit: text.length - 1, name: "a.gz" })).rejects.toThrow(
      `a.gz: the gzip data holds more than ${text.length - 1} bytes: raise { limit }`,
    );
    const bomb = gzipSync(new Uint8Array(200_000_000), { level: 1 });
    const before = process.memoryUsage().arrayBuffers;
    await expect(gunzip(bomb, { limit: 1000 })).rejects.toThrow("holds more than 1000 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it.each([
    ["truncated data", packed.subarray(0, 100)],
    ["magic bytes alone", packed.subarray(0, 2)],
    ["a missing checksum", packed.subarray(0, packed.length - 8)],
    ["a wrong checksum", packed.with(packed.length - 6, packed[packed.length - 6] ^ 1)],
    ["another method", packed.with(2, 7)],
    ["something appended", Uint8Array.of(...packed, 1, 2, 3)],
  ])("refuses %s", async (_, bytes) => {
    await expect(gunzip(bytes, { name: "a.gz" })).rejects.toThrow(
      /^a\.gz: the gzip data is damaged or truncated \(.+\)/,
    );
  });

  it("passes on what the source throws as it is", async () => {
    const changed = new Error("a.gz: has changed since it was opened");
    const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      yield Uint8Array.from(packed.subarray(0, 50));
      throw changed;
    };
    const content = gathered(inflate(source(), "gzip", { what: "a.gz: the gzip data", limit: 1e9, remedy: "" }));
    await expect(content).rejects.toBe(changed);
  });

  it("refuses a limit that is none", async () => {
    await expect(gunzip(packed, { limit: -1 })).rejects.toThrow("gunzip: limit must be >= 0 bytes, got -1");
    // @ts-expect-error a misspelt option
    await expect(gunzip(packed, { max: 1 })).rejects.toThrow('unknown option "max"');
  });
});
