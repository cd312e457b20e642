import { AssemblerError, INSTRUCTIONS } from "./instructions.ts";

/** Where QEMU's machine `virt` has its memory, and begins without firmware. */
export const START_ADDRESS = 0x8000_0000;
const WORD_BYTES = 4;
const MAX_SOURCE_LINES = 10_000;

/** One line, without label and comment. */
interface Statement {
  readonly line: number;
  readonly name: string;
  readonly operands: readonly string[];
  readonly address: number;
}

/**
 * Translates a page of RISC-V assembler (RV64I, a subset of what GNU's assembler takes): labels, the instructions of `instructions.ts`,
 * `.asciz`, `.align`; `.global` and `.text` mean nothing here.
 *
 * @returns the bytes from `START_ADDRESS` on
 * @throws AssemblerError that names the line
 */
export function assemble(source: string): Uint8Array {
  const lines = source.split("\n");
  if (lines.length > MAX_SOURCE_LINES) throw new AssemblerError(`more than ${MAX_SOURCE_LINES} lines`);
  const { statements, labels, end } = layOut(lines);
  const image = Buffer.alloc(end - START_ADDRESS);
  const addressOf = (label: string): number => {
    const address = labels.get(label);
    if (address === undefined) throw new AssemblerError(`nobody defines ${label}`);
    return address;
  };
  for (const { line, name, operands, address } of statements) {
    const at = address - START_ADDRESS;
    atLine(line, () => {
      if (name === ".asciz") image.write(`${stringOf(operands)}\0`, at, "latin1");
      else
        INSTRUCTIONS[name]?.encode(operands, { address, addressOf }).forEach((word, index) => {
          image.writeUInt32LE(word, at + index * WORD_BYTES);
        });
    });
  }
  return image;
}

function layOut(lines: readonly string[]): {
  readonly statements: readonly Statement[];
  readonly labels: ReadonlyMap<string, number>;
  readonly end: number;
} {
  const statements: Statement[] = [];
  const labels = new Map<string, number>();
  let address = START_ADDRESS;
  lines.forEach((text, index) => {
    const [, label, rest = ""] = /^\s*(?:([A-Za-z_]\w*):)?\s*(.*?)\s*$/.exec(withoutComment(text)) ?? [];
    atLine(index + 1, () => {
      if (label !== undefined && labels.has(label)) throw new AssemblerError(`${label} is there twice`);
      if (label !== undefined) labels.set(label, address);
      if (rest === "") return;
      const [, name = "", operandText = ""] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
      const operands = name === ".asciz" ? [operandText] : operandText.split(/\s*,\s*/).filter((word) => word !== "");
      statements.push({ line: index + 1, name, operands, address });
      address = after(address, name, operands);
    });
  });
  return { statements, labels, end: address };
}

function withoutComment(text: string): string {
  const [kept = ""] = /^(?:[^"#]|"(?:[^"\\]|\\.)*")*/.exec(text) ?? [];
  return kept;
}

/** @returns the address behind a statement */
function after(address: number, name: string, operands: readonly string[]): number {
  if (name === ".global" || name === ".text") return address;
  if (name === ".asciz") return address + stringOf(operands).length + 1;
  if (name === ".align") return Math.ceil(address / WORD_BYTES) * WORD_BYTES;
  const instruction = INSTRUCTIONS[name];
  if (instruction === undefined)
    throw new AssemblerError(`no instruction ${name}; there are ${Object.keys(INSTRUCTIONS).join(", ")}`);
  if (address % WORD_BYTES !== 0) throw new AssemblerError("an instruction behind a string needs .align 2 before it");
  return address + instruction.words * WORD_BYTES;
}

function stringOf([text = ""]: readonly string[]): string {
  if (!/^"(?:[^"\\]|\\[n"\\])*"$/.test(text)) throw new AssemblerError(`${text} is no string`);
  return JSON.parse(text) as string;
}

function atLine(line: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    throw new AssemblerError(`line ${line}: ${error.message}`, { cause: error });
  }
}
