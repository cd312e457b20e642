import { describe, expect, it } from "vitest";
import { cpioArchive } from "./cpio.ts";
import type { ArchiveEntry } from "./cpio.ts";

const field = (archive: Uint8Array, at: number, index: number): number =>
  Number.parseInt(Buffer.from(archive.subarray(at + 6 + index * 8, at + 14 + index * 8)).toString("latin1"), 16);

describe("cpioArchive", () => {
  it("writes the newc header of a file: mode, size, length of the name with its NUL", () => {
    const archive = cpioArchive([{ kind: "file", path: "init", contents: Buffer.from("abc"), executable: true }]);
    expect(Buffer.from(archive.subarray(0, 6)).toString()).toBe("070701");
    expect(field(archive, 0, 1)).toBe(0o100755);
    expect(field(archive, 0, 6)).toBe(3);
    expect(field(archive, 0, 11)).toBe(5);
    expect(Buffer.from(archive.subarray(110, 115)).toString()).toBe("init\0");
  });

  it.each([0, 1, 2, 3, 4, 5])("aligns what follows a body of %i bytes to four", (length) => {
    const archive = cpioArchive([
      { kind: "file", path: "a", contents: Buffer.alloc(length, 1) },
      { kind: "folder", path: "next" },
    ]);
    const second = Buffer.from(archive).indexOf("070701", 6);
    expect(second).toBe(112 + Math.ceil(length / 4) * 4);
    expect(archive.length % 4).toBe(0);
  });

  it("gives a device its numbers", () => {
    const archive = cpioArchive([{ kind: "device", path: "dev/console", major: 5, minor: 1 }]);
    expect([field(archive, 0, 1), field(archive, 0, 9), field(archive, 0, 10)]).toEqual([0o020600, 5, 1]);
  });

  it("gives equal bytes for equal entries", () => {
    const entries: ArchiveEntry[] = [{ kind: "link", path: "bin/sh", target: "busybox" }];
    expect(cpioArchive(entries)).toEqual(cpioArchive(entries));
  });

  it.each(["", "/init", "a//b", "../up", "a/./b", "TRAILER!!!", "nul\0"])("refuses the path %j", (path) => {
    expect(() => cpioArchive([{ kind: "folder", path }])).toThrow(RangeError);
  });
});
