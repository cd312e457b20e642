/** Where the processors of a machine are, read of what QEMU's monitor says to `info registers -a`. */

/** One processor at one moment. */
export interface ProcessorState {
  readonly index: number;
  /** Of the next instruction, hex without `0x`; undefined: an architecture whose words are not known. */
  readonly pc: string | undefined;
  /** It waits for an interrupt; undefined: this architecture doesn't tell. */
  readonly isHalted: boolean | undefined;
  readonly mode: "user" | "kernel" | undefined;
}

const MAX_PROCESSORS = 64;
const PC = [/\b[RE]IP=([0-9a-f]+)/, /\bPC=([0-9a-f]+)/, /^\s*pc\s+([0-9a-f]+)/m];

export function readProcessors(text: string): ProcessorState[] {
  const blocks = text.split(/^CPU#\d+\r?$/m).slice(1, MAX_PROCESSORS + 1);
  return (blocks.length === 0 ? [text] : blocks).map((block, index) => {
    const pc = PC.map((pattern) => pattern.exec(block)?.[1]).find((found) => found !== undefined);
    const halted = /\bHLT=([01])/.exec(block)?.[1];
    // Ring 3 of x86, exception level 0 of arm64.
    const [, level] = /\b(?:CPL=|EL)([0-3])/.exec(block) ?? [];
    const isUser = level === (block.includes("CPL=") ? "3" : "0");
    return {
      ...{ index, pc },
      isHalted: halted === undefined ? undefined : halted === "1",
      mode: level === undefined ? undefined : isUser ? "user" : "kernel",
    };
  });
}

/**
 * @param looks at the same machine, one after the other @param symbolOf what stands at a place, if that is known
 * @returns one line for each processor: a machine that waits looks the same each time, and so does one in a short loop
 */
export function describeProcessors(
  looks: readonly (readonly ProcessorState[])[],
  symbolOf: (pc: string) => string | undefined = () => undefined,
): string[] {
  const [first = []] = looks;
  return first.map(({ index }) => {
    const states = looks.flatMap((look) => look[index] ?? []);
    const kinds = countedBy(states, ({ pc, ...state }) => (pc === undefined ? undefined : kindOf(state)));
    const lines = kinds.map(([kind, alike]) => {
      const places = countedBy(alike, ({ pc = "" }) => [`0x${pc}`, symbolOf(pc) ?? []].flat().join(" "));
      return `${alike.length} of ${states.length} times ${kind}: ${places.map(([place]) => place).join(", ")}`;
    });
    return lines.length === 0 ? "its registers are not known" : lines.join("; ");
  });
}

function kindOf({ mode, isHalted }: Omit<ProcessorState, "pc">): string {
  const where = mode === "user" ? "in a process" : mode === "kernel" ? "in the kernel" : "running";
  return isHalted === true ? `${where}, halted until an interrupt` : where;
}

/** @returns what is alike, that which there is most of first */
function countedBy<T>(all: readonly T[], keyOf: (one: T) => string | undefined): [string, readonly T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}
