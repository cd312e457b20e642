import { EventKind } from "../../../contract/events.ts";
import type { DaemonOptions } from "../../../guest/dsoftbusd/daemon.ts";
import { MarkerLog } from "../../../guest/dsoftbusd/marker-log.ts";

export { GATE_RECHECK_MS } from "../../../guest/dsoftbusd/daemon.ts";
export type { DaemonOptions };

/** Prints what a daemon prints, and does nothing. */
export class Daemon {
  readonly failed = new Promise<never>(() => undefined);
  /** No socket keeps the process alive. */
  readonly #idle = setInterval(() => undefined, 60_000);

  static start({ runtime, configuration }: DaemonOptions): Promise<Daemon> {
    const markers = new MarkerLog(runtime.console);
    const { port } = configuration.listen;
    markers.listenerUp(port);
    runtime.console.event(EventKind.LISTENING, { port, udpSec: true, tcp: false });
    markers.udpSecSession();
    markers.muxDataOk();
    return Promise.resolve(new Daemon());
  }

  get state(): "serving" | "blocked" {
    return "serving";
  }

  get port(): number | undefined {
    return undefined;
  }

  status(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve({ state: this.state });
  }

  stop(): Promise<void> {
    clearInterval(this.#idle);
    return Promise.resolve();
  }
}
