import { expect, it } from "vitest";
import { describeProcessors, readProcessors } from "./processors.ts";

const X86 = (rip: string, cpl: 0 | 3, halted: 0 | 1, cpu = 0): string =>
  `\r\nCPU#${cpu}\r\nRAX=0000000000000000 RBX=0000000000000000\r\nRIP=${rip} RFL=00000246 [---Z-P-] CPL=${cpl} II=0 A20=1 SMM=0 HLT=${halted}\r\nES =0000 00000000\r\n`;
const ARM = "\r\nCPU#0\r\n PC=ffff800080011234 X00=0000000000000000\r\nPSTATE=600000c5 -ZC- NS EL1h\r\n";
const RISCV = "\r\nCPU#0\r\n V      =   0\r\n pc       0000000080000010\r\n mhartid  0000000000000000\r\n";

it.each([
  ["x86-64", X86("ffffffff81c00000", 0, 1), { pc: "ffffffff81c00000", isHalted: true, mode: "kernel" }],
  ["x86-64 in a process", X86("0000000001a076c0", 3, 0), { pc: "0000000001a076c0", isHalted: false, mode: "user" }],
  ["arm64", ARM, { pc: "ffff800080011234", isHalted: undefined, mode: "kernel" }],
  ["riscv64", RISCV, { pc: "0000000080000010", isHalted: undefined, mode: undefined }],
  ["words that nobody knows", "R0=1", { pc: undefined, isHalted: undefined, mode: undefined }],
])("%s is read of what QEMU's monitor says", (_, text, state) => {
  expect(readProcessors(text)).toEqual([{ index: 0, ...state }]);
});

it("tells each processor in one line, places with how often they were seen, most often first", () => {
  const look = (rip: string) => readProcessors(X86(rip, 0, 1) + X86("10", 3, 0, 1));
  const looks = ["a", "b", "b", "b"].map(look);
  const lines = describeProcessors(looks, (pc) => (pc === "b" ? "idle+0x1" : undefined));
  expect(lines).toEqual([
    "4 of 4 times in the kernel, halted until an interrupt: 0xb idle+0x1, 0xa",
    "4 of 4 times in a process: 0x10",
  ]);
  expect(describeProcessors([])).toEqual([]);
  expect(describeProcessors([readProcessors("R0=1")])).toEqual(["its registers are not known"]);
});

it("a monitor that goes on without end has 64 processors", () => {
  expect(readProcessors(X86("1", 0, 0).repeat(1_000))).toHaveLength(64);
});
