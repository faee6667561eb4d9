import { describe, expect, it } from "vitest";
import { bytes, float, integer, joined, lengthOf, message } from "../../src/formats/protobuf.ts";

const hex = (fields: readonly Uint8Array[]): string => Buffer.from(joined(fields)).toString("hex");

describe("protobuf", () => {
  it.each<[value: number | bigint, encoded: string]>([
    [0, "00"],
    [1, "01"],
    [127, "7f"],
    [128, "8001"],
    [150, "9601"], // the example of protobuf's own documentation
    [16383, "ff7f"],
    [16384, "808001"],
    [2 ** 31, "8080808008"],
    [2 ** 32 - 1, "ffffffff0f"],
    [2 ** 53 - 1, "ffffffffffffff0f"],
    [2n ** 63n - 1n, "ffffffffffffffff7f"],
    [-1, "ffffffffffffffffff01"],
    [-2, "feffffffffffffffff01"],
    [-(2n ** 63n), "80808080808080808001"],
  ])("writes the integer %s as %s", (value, encoded) => {
    expect(hex(integer(1, value))).toBe(`08${encoded}`);
  });

  it("writes a field above 15 with a key of two bytes", () => {
    expect(hex(integer(16, 1))).toBe("800101");
    expect(hex(integer(20, 1))).toBe("a00101");
  });

  it("writes floats as 32 bits, texts as UTF-8 and messages with their lengths", () => {
    expect(hex(float(2, 1))).toBe("150000803f");
    expect(hex(float(2, 1e-5))).toBe("15acc52737");
    expect(hex(bytes(2, "testing"))).toBe("120774657374696e67");
    expect(hex(bytes(1, "ä"))).toBe("0a02c3a4");
    expect(hex(bytes(9, new Uint8Array()))).toBe("4a00");
    expect(hex(message(3, integer(1, 150)))).toBe("1a03089601");
    expect(hex(message(3, message(1, bytes(1, "a"), integer(2, 1)), integer(2, 2)))).toBe("1a090a050a016110011002");
    expect(hex(message(1))).toBe("0a00");
  });

  it("writes a long message's length in as many bytes as it takes, and knows it before", () => {
    const fields = message(7, bytes(1, new Uint8Array(300)));
    expect(hex(fields).slice(0, 12)).toBe("3aaf020aac02");
    expect(lengthOf(fields)).toBe(joined(fields).length);
    expect(joined(fields)).toHaveLength(306);
  });
});
