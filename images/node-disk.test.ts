import { describe, expect, it } from "vitest";
import { parseLdd } from "./node-disk.ts";

describe("parseLdd", () => {
  it("finds libraries and the interpreter, not the kernel's own", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007ffd)",
      "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f12)",
      "\tlibgone.so => not found",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f34)",
    ].join("\n");
    expect(parseLdd(output)).toEqual(["/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"]);
  });
});
