/** The instructions of RV64I that small guests are written in, as words (RISC-V Instruction Set Manual, volume I, "RV32/64G Instruction Set Listings"). */

/** A line of assembler that can't be translated. */
export class AssemblerError extends Error {
  override readonly name = "AssemblerError";
  readonly code = "assembler";
}

const NAMED_REGISTERS =
  "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split(" ");
const STATUS_REGISTERS: Readonly<Record<string, number>> = { mhartid: 0xf14, mcause: 0x342, mepc: 0x341, mtvec: 0x305 };

/** Where an instruction stands and what names mean there. */
export interface Surroundings {
  readonly address: number;
  /** @throws AssemblerError for a name that nobody defined */
  readonly addressOf: (label: string) => number;
}

type Encode = (operands: readonly string[], at: Surroundings) => readonly number[];

const OP = {
  load: 0x03,
  immediate: 0x13,
  auipc: 0x17,
  store: 0x23,
  register: 0x33,
  lui: 0x37,
  branch: 0x63,
  jalr: 0x67,
  jal: 0x6f,
  system: 0x73,
};

const registerImmediate =
  (funct3: number): Encode =>
  ([rd, rs1, value]) => [iType(OP.immediate, funct3, register(rd), register(rs1), number(value))];
const threeRegisters =
  (funct3: number, funct7: number): Encode =>
  ([rd, rs1, rs2]) => [
    word(
      (funct7 << 25) |
        (register(rs2) << 20) |
        (register(rs1) << 15) |
        (funct3 << 12) |
        (register(rd) << 7) |
        OP.register,
    ),
  ];
const load =
  (funct3: number): Encode =>
  ([rd, place]) => {
    const { offset, base } = memory(place);
    return [iType(OP.load, funct3, register(rd), base, offset)];
  };
const store =
  (funct3: number): Encode =>
  ([source, place]) => {
    const { offset, base } = memory(place);
    return [sType(funct3, base, register(source), offset)];
  };
const branch =
  (funct3: number): Encode =>
  ([rs1, rs2, label], at) => [bType(funct3, register(rs1), register(rs2), distance(label, at))];

/** By name: how many words, whatever the operands are, and what they become. */
export const INSTRUCTIONS: Readonly<Record<string, { readonly words: number; readonly encode: Encode }>> = {
  addi: one(registerImmediate(0)),
  andi: one(registerImmediate(7)),
  add: one(threeRegisters(0, 0)),
  sub: one(threeRegisters(0, 0x20)),
  lbu: one(load(4)),
  lw: one(load(2)),
  ld: one(load(3)),
  sb: one(store(0)),
  sw: one(store(2)),
  sd: one(store(3)),
  beq: one(branch(0)),
  bne: one(branch(1)),
  blt: one(branch(4)),
  beqz: one(([rs1, label], at) => branch(0)([rs1 ?? "", "zero", label ?? ""], at)),
  bnez: one(([rs1, label], at) => branch(1)([rs1 ?? "", "zero", label ?? ""], at)),
  j: one(([label], at) => [jType(0, distance(label, at))]),
  call: one(([label], at) => [jType(1, distance(label, at))]),
  ret: one(() => [iType(OP.jalr, 0, 0, 1, 0)]),
  mv: one(([rd, rs]) => [iType(OP.immediate, 0, register(rd), register(rs), 0)]),
  nop: one(() => [iType(OP.immediate, 0, 0, 0, 0)]),
  wfi: one(() => [0x1050_0073]),
  csrr: one(([rd, name]) => [word((statusRegister(name) << 20) | (2 << 12) | (register(rd) << 7) | OP.system)]),
  /** Any value of 31 bits, in two words whether it needs them or not. */
  li: {
    words: 2,
    encode: ([rd, value]) => {
      const { high, low } = halves(number(value));
      return [uType(OP.lui, register(rd), high), iType(OP.immediate, 0, register(rd), register(rd), low)];
    },
  },
  /** An address, from where the instruction stands. */
  la: {
    words: 2,
    encode: ([rd, label], at) => {
      const { high, low } = halves(distance(label, at));
      return [uType(OP.auipc, register(rd), high), iType(OP.immediate, 0, register(rd), register(rd), low)];
    },
  },
};

function one(encode: Encode): { readonly words: number; readonly encode: Encode } {
  return { words: 1, encode };
}

function register(name = ""): number {
  const numbered = /^x(\d{1,2})$/.exec(name)?.[1];
  const index = numbered === undefined ? NAMED_REGISTERS.indexOf(name) : Number(numbered);
  if (index >= 0 && index < NAMED_REGISTERS.length) return index;
  throw new AssemblerError(`${name} is no register`);
}

function statusRegister(name = ""): number {
  const index = STATUS_REGISTERS[name];
  if (index !== undefined) return index;
  throw new AssemblerError(`${name} is none of ${Object.keys(STATUS_REGISTERS).join(", ")}`);
}

function number(text = ""): number {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31 - 2048) return value;
  throw new AssemblerError(`${text} is no number of 31 bits`);
}

/** `8(a0)` */
function memory(text = ""): { readonly offset: number; readonly base: number } {
  const [, offset = "", base = ""] = /^(-?\w*)\((\w+)\)$/.exec(text) ?? [];
  return { offset: offset === "" ? 0 : number(offset), base: register(base) };
}

function distance(label = "", { address, addressOf }: Surroundings): number {
  return addressOf(label) - address;
}

/** The low part is signed: the high part makes up for it. */
function halves(value: number): { readonly high: number; readonly low: number } {
  const high = (value + 0x800) >> 12;
  return { high, low: value - (high << 12) };
}

function iType(opcode: number, funct3: number, rd: number, rs1: number, value: number): number {
  within(value, 12);
  return word(((value & 0xfff) << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode);
}

function sType(funct3: number, rs1: number, rs2: number, value: number): number {
  within(value, 12);
  return word(((value & 0xfe0) << 20) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | ((value & 0x1f) << 7) | OP.store);
}

function bType(funct3: number, rs1: number, rs2: number, value: number): number {
  within(value, 13);
  const high = (((value >> 12) & 1) << 31) | (((value >> 5) & 0x3f) << 25);
  const low = (((value >> 1) & 0xf) << 8) | (((value >> 11) & 1) << 7);
  return word(high | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | low | OP.branch);
}

function jType(rd: number, value: number): number {
  within(value, 21);
  const bits =
    (((value >> 20) & 1) << 31) | (((value >> 1) & 0x3ff) << 21) | (((value >> 11) & 1) << 20) | (value & 0xff000);
  return word(bits | (rd << 7) | OP.jal);
}

function uType(opcode: number, rd: number, high: number): number {
  return word(((high & 0xfffff) << 12) | (rd << 7) | opcode);
}

function within(value: number, bits: number): void {
  const limit = 2 ** (bits - 1);
  if (value < -limit || value >= limit) throw new AssemblerError(`${value} does not fit into ${bits} bits`);
}

function word(value: number): number {
  return value >>> 0;
}
