/** What the mux needs of a session, whichever transport carries it. */
import type { Changes } from "./changes.ts";

export interface ClosedBy {
  readonly code: number;
  readonly reason: string;
}

export interface StreamCarrier {
  readonly role: "initiator" | "responder";
  readonly changes: Changes;
  /** Told the stream's bytes in order, then once of its end. */
  onBytes: (bytes: Uint8Array) => void;
  onFinished: () => void;
  /** How the far end has closed; undefined: it hasn't. */
  readonly peerClose: ClosedBy | undefined;
  readonly isFinishedBothWays: boolean;
  write(bytes: Uint8Array): void;
  /** Nothing more will be written. */
  finish(): void;
}
