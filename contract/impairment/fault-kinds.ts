/**
 * Every kind of fault, one record each: what of it can be wrong, whether a sender must send again for it, and what it does to a frame.
 * A new kind is its type in `link-spec.ts`, its record here, and its record in `harness/profiles/written-faults.ts` if profiles may
 * ask for it. docs/how-to-add.md names the places that treat some kinds differently, which the compiler can't ask about.
 */
import { type DrawKey, drawUnit } from "./draw.ts";
import type { FrameInfo } from "./frame-info.ts";
import { LinkSpecError } from "./link-spec-error.ts";
import type { CorruptFault, Fault } from "./link-spec.ts";

/** Draws that one fault may make for a frame: one decides, the others say how. */
export const LANES_PER_FAULT = 256;

/** What the faults made of a frame so far. */
export interface Fate {
  dropped: boolean;
  heldMs: number;
  copyLaterMs: number | undefined;
  flips: number[] | undefined;
}

/** A frame before one fault: its draws, and what that fault remembers of the frame's flow. */
export interface FaultTurn {
  readonly frame: FrameInfo;
  /** Of the frame in its flow, from 0. */
  readonly index: number;
  readonly key: DrawKey;
  /** First of the fault's own draws. */
  readonly lane: number;
  readonly memory: FaultMemory;
}

export interface FaultMemory {
  /** Matching frames of the flow so far, this one included. */
  matched: number;
  /** Frames in a row that the fault has hit. */
  inARow: number;
}

interface FaultKind<Kind extends Fault> {
  /** Whether the sender must send again what it hit: the frame never arrives, or its receiver can't take it. */
  readonly loses: boolean;
  /** @param where the fault stands, for messages @throws LinkSpecError */
  readonly check: (fault: Kind, where: string) => void;
  /** @returns whether it hit the frame, whose fate it has then changed */
  readonly apply: (fault: Kind, turn: FaultTurn, fate: Fate) => boolean;
}

type FaultKinds = { readonly [Name in Fault["kind"]]: FaultKind<Extract<Fault, { kind: Name }>> };

export const FAULT_KINDS: FaultKinds = {
  drop: {
    loses: true,
    check: (fault, where) => {
      checkChance(fault, where);
      atLeast(`${where}.maxBurst`, fault.maxBurst, 1);
    },
    apply: (fault, turn, fate) => (fate.dropped = withinBurst(turn, fault.maxBurst, hits(turn, fault.chance))),
  },
  "drop-burst": {
    loses: true,
    check: (fault, where) => {
      checkChance(fault, where);
      atLeast(`${where}.length`, fault.length, 1);
    },
    apply: (fault, turn, fate) => (fate.dropped = isInBurst(turn, fault.chance, fault.length)),
  },
  "drop-nth": {
    loses: true,
    check: (fault, where) => {
      for (const index of fault.indexes) atLeast(`${where}.indexes`, index, 0);
    },
    apply: (fault, { memory }, fate) => {
      fate.dropped = fault.indexes.includes(memory.matched);
      memory.matched += 1;
      return fate.dropped;
    },
  },
  "size-limit": {
    // What is too large once is too large again: only who sends smaller frames gets through.
    loses: false,
    check: (fault, where) => atLeast(`${where}.maxBytes`, fault.maxBytes, 1),
    apply: (fault, { frame }, fate) => (fate.dropped = frame.lengthBytes > fault.maxBytes),
  },
  blackhole: {
    loses: true,
    check: () => undefined,
    apply: (_fault, _turn, fate) => (fate.dropped = true),
  },
  duplicate: {
    loses: false,
    check: checkChanceAndDelay,
    apply: (fault, turn, fate) => {
      if (!hits(turn, fault.chance)) return false;
      fate.copyLaterMs = fault.laterMs ?? 0;
      return true;
    },
  },
  reorder: {
    loses: false,
    check: checkChanceAndDelay,
    apply: (fault, turn, fate) => {
      if (!hits(turn, fault.chance)) return false;
      fate.heldMs += fault.laterMs;
      return true;
    },
  },
  corrupt: {
    loses: true,
    check: (fault, where) => {
      checkChance(fault, where);
      atLeast(`${where}.maxBurst`, fault.maxBurst, 1);
      atLeast(`${where}.maxBits`, fault.maxBits, 1);
    },
    apply: (fault, turn, fate) => {
      if (turn.frame.payloadBytes === 0) return false;
      if (!withinBurst(turn, fault.maxBurst, hits(turn, fault.chance))) return false;
      fate.flips = flipPositions(fault, turn);
      return true;
    },
  },
};

/** @throws LinkSpecError */
export function checkFault(fault: Fault, where: string): void {
  kindOf(fault).check(fault, where);
}

/** @returns whether the fault hit the frame */
export function applyFault(fault: Fault, turn: FaultTurn, fate: Fate): boolean {
  return kindOf(fault).apply(fault, turn, fate);
}

/** A kind's record takes its own faults only; that they belong together is what looking it up by `kind` means. */
function kindOf(fault: Fault): FaultKind<Fault> {
  return FAULT_KINDS[fault.kind] as FaultKind<Fault>;
}

function hits({ key, index, lane }: FaultTurn, chance: number): boolean {
  return drawUnit(key, index, lane) < chance;
}

function withinBurst({ memory }: FaultTurn, maxBurst: number | undefined, hit: boolean): boolean {
  const counts = hit && memory.inARow < (maxBurst ?? Infinity);
  memory.inARow = counts ? memory.inARow + 1 : 0;
  return counts;
}

/** Asks the draws of the frames before instead of remembering them: a burst is a function of the index alone. */
function isInBurst({ key, index, lane }: FaultTurn, chance: number, length: number): boolean {
  for (let back = 0; back < length && back <= index; back++) {
    if (drawUnit(key, index - back, lane) < chance) return true;
  }
  return false;
}

function flipPositions(fault: CorruptFault, { key, index, lane, frame }: FaultTurn): number[] {
  const maxBits = Math.min(fault.maxBits ?? 1, LANES_PER_FAULT - 2);
  const count = 1 + Math.floor(drawUnit(key, index, lane + 1) * maxBits);
  const positions = new Set<number>();
  for (let i = 0; i < count; i++)
    positions.add(Math.floor(drawUnit(key, index, lane + 2 + i) * frame.payloadBytes * 8));
  return [...positions];
}

function checkChance({ chance }: { readonly chance: number }, where: string): void {
  if (!(chance >= 0 && chance <= 1)) throw new LinkSpecError(`${where}.chance`, chance, "0 to 1");
}

function checkChanceAndDelay(fault: { readonly chance: number; readonly laterMs?: number }, where: string): void {
  checkChance(fault, where);
  atLeast(`${where}.laterMs`, fault.laterMs, 0);
}

function atLeast(field: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(value >= least)) throw new LinkSpecError(field, value, `at least ${least}`);
}
