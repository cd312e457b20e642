import { EventKind } from "../../contract/events.ts";
import type { Console } from "../runtime/runtime.ts";

const PERIOD_MS = 10_000;

/** Every ten seconds, as long as this process lives: how much memory it holds, to the event port. Doesn't keep the process alive. */
export function reportMemory(console: Console): void {
  const report = (): void => {
    const { rss, heapUsed, external } = process.memoryUsage();
    console.event(EventKind.MEMORY, { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external });
  };
  setInterval(report, PERIOD_MS).unref();
}
