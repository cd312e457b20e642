/** Close codes on the wire (dsoftbus-transport.md#9-bounds-and-codes). */
export const CloseCode = {
  NO_ERROR: 0,
  PROTOCOL: 1,
  FLOW_CONTROL: 2,
  AUTH: 3,
  KEY_EXHAUSTED: 4,
  AEAD_LIMIT: 5,
  APPLICATION: 6,
  BUSY: 7,
} as const;
export type CloseCodeName = keyof typeof CloseCode;

/** Of a CLOSE over either transport, in UTF-8: longer reasons are cut. */
export const MAX_CLOSE_REASON_BYTES = 255;

/** Ends that only this side knows of: no code for them exists on the wire (dsoftbus-transport.md#9-bounds-and-codes). */
export type LocalEndName = "IDLE" | "PATH" | "REPLACED" | "HANDSHAKE_TIMEOUT" | "TRUNCATED";

/** How a connection ended. */
export interface ConnectionEnd {
  readonly name: CloseCodeName | LocalEndName | "UNKNOWN";
  /** The wire code, if one was sent or received. */
  readonly code: number | undefined;
  /** As the wire carried it; empty if none. */
  readonly reason: string;
  /** Who ended it. */
  readonly by: "local" | "peer";
}

/** A CLOSE that can't be written: the caller's mistake. */
export class CloseError extends Error {
  readonly code = "CLOSE_BAD_ARGUMENT";

  constructor(message: string) {
    super(message);
    this.name = "CloseError";
  }
}

/**
 * Refuses what has no form on the wire, before anything is ended by it.
 *
 * @throws CloseError if the code is no u16, or the reason holds half of a surrogate pair
 */
export function checkClose(code: number, reason: string): void {
  if (!Number.isInteger(code) || code < 0 || code > 0xffff) {
    throw new CloseError(`close code ${code} is not a u16: use one of CloseCode`);
  }
  if (/\p{Surrogate}/u.test(reason)) throw new CloseError("the reason holds a lone surrogate and has no UTF-8 form");
}

/** @param code of a CLOSE, as sent or received: one that this version doesn't know is UNKNOWN */
export function endByCode(code: number, reason: string, by: ConnectionEnd["by"]): ConnectionEnd {
  return { name: NAMES.get(code) ?? "UNKNOWN", code, reason, by };
}

const NAMES: ReadonlyMap<number, CloseCodeName> = new Map(
  (Object.keys(CloseCode) as CloseCodeName[]).map((name) => [CloseCode[name], name]),
);
