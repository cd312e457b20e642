import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { assemble, START_ADDRESS } from "./assemble.ts";
import { elfFile } from "./elf.ts";

const wordsOf = (source: string): string[] => {
  const image = Buffer.from(assemble(source));
  return Array.from({ length: image.length / 4 }, (_, index) => image.readUInt32LE(index * 4).toString(16));
};

describe("instructions", () => {
  /** Words by GNU's assembler, version 2.40. */
  it.each([
    ["addi a0, a1, -5", "ffb58513"],
    ["andi t0, t1, 255", "ff37293"],
    ["add t1, t1, t0", "530333"],
    ["sub s2, s3, a7", "41198933"],
    ["lbu t1, 3(a0)", "354303"],
    ["lw a2, -4(sp)", "ffc12603"],
    ["ld a3, 8(sp)", "813683"],
    ["sb t1, (t0)", "628023"],
    ["sw t1, 2047(t0)", "7e62afa3"],
    ["sd ra, -8(sp)", "fe113c23"],
    ["ret", "8067"],
    ["mv a0, t6", "f8513"],
    ["nop", "13"],
    ["wfi", "10500073"],
    ["csrr t0, mhartid", "f14022f3"],
  ])("%s", (text, word) => expect(wordsOf(text)).toEqual([word]));

  it("that go somewhere, forwards and backwards", () => {
    const nops = (count: number): string => "nop\n".repeat(count);
    const at = (before: number, line: string, behind: number): string =>
      wordsOf(`s: ${nops(before)}${line}\n${nops(behind)}e: nop`)[before] ?? "";
    expect(at(10, "beq a0, a1, s", 0)).toBe("fcb50ce3");
    expect(at(0, "bne t1, t2, e", 11)).toBe("2731863");
    expect(at(12, "blt a0, zero, s", 0)).toBe("fc0548e3");
    expect(at(0, "beqz t1, e", 9)).toBe("2030463");
    expect(at(11, "bnez t0, s", 0)).toBe("fc029ae3");
    expect(at(0, "j e", 7)).toBe("200006f");
    expect(at(16, "call s", 0)).toBe("fc1ff0ef");
  });

  it("that take two words: a value, and an address from where they stand", () => {
    expect(wordsOf("li t0, 0x10000000")).toEqual(["100002b7", "28293"]);
    expect(wordsOf("li t2, 0x1fff")).toEqual(["23b7", "fff38393"]);
    expect(wordsOf("la a0, e\ne: nop")).toEqual(["517", "850513", "13"]);
  });
});

describe("a page", () => {
  it("is the guest of riscv64-bare, as the file that QEMU loads", () => {
    const image = assemble(readFileSync(join(projectRoot(), "fixtures/guests/riscv64-bare.s"), "utf8"));
    const file = Buffer.from(elfFile(image, START_ADDRESS));
    expect(file.subarray(0, 4).toString("latin1")).toBe("\x7fELF");
    expect(file.readBigUInt64LE(24)).toBe(0x8000_0000n);
    expect(file.subarray(-image.length)).toEqual(Buffer.from(image));
    expect(Buffer.from(image).toString("latin1")).toContain("bare: up\n\0bare: sum ok\n\0bare: done\n\0");
  });

  it.each([
    ["nop\nadi a0, a0, 1", "line 2: no instruction adi"],
    ["addi a0, q7, 1", "line 1: q7 is no register"],
    ["addi a0, a0, 2048", "line 1: 2048 does not fit into 12 bits"],
    ["j nowhere", "line 1: nobody defines nowhere"],
    ["a: nop\na: nop", "line 2: a is there twice"],
    ["csrr t0, nothing", "line 1: nothing is none of"],
    ['s: .asciz "abcd"\nnop', "line 2: an instruction behind a string"],
    [".asciz abc", "line 1: abc is no string"],
    ["li t0, 0x80000000", "line 1: 0x80000000 is no number of 31 bits"],
  ])("with a mistake says which line: %j", (source, message) => expect(() => assemble(source)).toThrow(message));
});
