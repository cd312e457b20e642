/** What agent and processes tell each other over the channel that Node opens between parent and child. */
import type { ProcessConfiguration } from "../../contract/configuration.ts";

export type ToProcess =
  | {
      readonly type: "configure";
      readonly configuration: ProcessConfiguration;
      readonly run: string;
      readonly node: string;
      readonly keyLog: boolean;
      readonly qlogBytes?: number | undefined;
      /** Its name in events. */
      readonly source: string;
      readonly hasEventFile: boolean;
    }
  /** Self-tests only: the daemons beside it are ready. */
  | { readonly type: "start" };

export type FromProcess =
  /** A daemon serves, or found the entropy gate shut. */
  | { readonly type: "ready" }
  /** A daemon: a peer said goodbye and no session is left. */
  | { readonly type: "goodbye" }
  /** A self-test waits for a restart of the daemon that it probes. */
  | { readonly type: "restart-awaited" };

/** File descriptors as the agent hands them down. */
export const CONSOLE_FILE = 1;
export const EVENT_FILE = 3;

/** Both ends are the same bundle: what arrives is what was sent, or the channel is somebody else's. */
export function isMessage(value: unknown): value is ToProcess | FromProcess {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
