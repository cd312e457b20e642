/** Close codes on the wire (protocol 6). */
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

/** Ends that only this side knows of: no code for them exists on the wire (protocol 6). */
export type LocalEndName = "IDLE" | "PATH" | "REPLACED" | "HANDSHAKE_TIMEOUT" | "TRUNCATED";

/** How a connection ended. */
export interface ConnectionEnd {
  readonly name: CloseCodeName | LocalEndName | "UNKNOWN";
  /** The wire code, if one was sent or received. */
  readonly code: number | undefined;
  /** UTF-8 reason, at most 255 bytes on the wire; empty if none. */
  readonly reason: string;
  /** Who ended it. */
  readonly by: "local" | "peer";
}
