/** A run that goes on: its server tells what there is of it, again and again, until it has ended. */
import type { LiveSnapshot } from "../model/run-data.ts";
import { unpackRun, type LoadedRun } from "./load-run.ts";

export interface LiveWatcher {
  readonly shown: (loaded: LoadedRun) => void;
  /** @param text for who looks */
  readonly state: (text: string) => void;
}

/** The address beside the page's own: the token is part of it. */
const EVENTS = "events";

export function followLiveRun({ shown, state }: LiveWatcher): void {
  const source = new EventSource(EVENTS);
  // One after the other: a snapshot that takes long to unpack is not overtaken by the next.
  let last: Promise<void> = Promise.resolve();
  source.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const snapshot = JSON.parse(data) as LiveSnapshot;
    if (snapshot.isLast) source.close();
    last = last.then(async () => {
      shown(await unpackRun(snapshot.data, snapshot.packets));
      state(snapshot.isLast ? "The run has ended." : "live");
    });
  });
  source.addEventListener("error", () => state("The harness is not heard: it has ended, or is busy."));
}
