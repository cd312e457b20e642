/** From the first look at a run until who looks on has seen its end. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import type { Announce } from "../../host/content-cache.ts";
import { livePageHtml, packedRun } from "../html/report-html.ts";
import type { RunGoingOn } from "./run-going-on.ts";
import { LiveServer } from "./live-server.ts";

/** Between two looks, and so many times as long as one look took: looking on takes no more than a part of a processor. */
const LOOK_MS = 1_000;
const REST_FACTOR = 4;
/** For the last snapshot to reach who looks. */
const LAST_MS = 3_000;

/** @param onUrl told where the page is, once it is there @returns when the run has ended, or the signal came */
export async function serveLiveRun(
  run: RunGoingOn,
  { onUrl, announce, signal }: { onUrl: (url: string) => void; announce: Announce; signal: AbortSignal },
): Promise<void> {
  const script = readFileSync((await bundleEntry({ ...BUNDLES.reportPage, announce })).path, "utf8");
  const server = await LiveServer.start(livePageHtml(script));
  onUrl(server.url);
  try {
    for (let isLast = false; !isLast && !signal.aborted && !run.isGone;) {
      const startedMs = performance.now();
      isLast = run.isOver;
      const gathered = await run.look();
      if (gathered !== undefined) server.tell({ ...packedRun(gathered), isLast });
      const tookMs = performance.now() - startedMs;
      if (!isLast) await sleep(Math.max(LOOK_MS, tookMs * REST_FACTOR), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    const timer = setTimeout(() => server.abort(), signal.aborted ? 0 : LAST_MS);
    await server.close();
    clearTimeout(timer);
  }
}
