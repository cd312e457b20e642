/** A key is enough: nobody waits for Enter behind it. */
import type { ReadStream } from "node:tty";

export type WatchKey = "again" | "quit" | "interrupt";

export const WATCH_KEYS_TEXT = " (Enter or a: again; q: end)";

/** @param typed bytes of a terminal that does not interpret them */
function keysIn(typed: Uint8Array): WatchKey[] {
  return [...Buffer.from(typed).toString("latin1")].flatMap((key): WatchKey[] => {
    if (key === "\u0003") return ["interrupt"];
    if (key === "q" || key === "\u0004") return ["quit"];
    return key === "a" || key === "\r" || key === "\n" ? ["again"] : [];
  });
}

/** The terminal is raw until it is let go. @returns lets it go */
export function listenToWatchKeys(input: ReadStream, onKey: (key: WatchKey) => void): () => void {
  const listen = (typed: Buffer): void => keysIn(typed).forEach(onKey);
  input.setRawMode(true);
  input.on("data", listen);
  input.resume();
  return () => {
    input.off("data", listen);
    input.setRawMode(false);
    input.pause();
  };
}
