/** The project's own daemons as processes of their own: started with a configuration, watched until they are told to end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaemonConfiguration, GuestConfiguration } from "../../../contract/configuration.ts";
import { EventKind } from "../../../contract/events.ts";
import { EventCollector } from "../../console/event-collector.ts";
import { FileTail } from "../../console/file-tail.ts";
import { boundToParent } from "../../host/bound-child.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { SupervisedChild } from "../../host/supervised-child.ts";

/** On a machine that has no time for it, a hundred times what it takes. */
const START_MS = 60_000;
const STOP_MS = 10_000;
/** Longer than any suite: it is told to end before. */
const LIFE_MS = 3_600_000;
const MAX_STDERR = 4_096;

export class OwnAgent {
  gone: HarnessError | undefined;
  readonly #folder: string;
  readonly #events = new EventCollector();
  #child: SupervisedChild | undefined;
  #tail: FileTail | undefined;
  #listening = 0;
  #stderr = "";
  #onChange: () => void = () => undefined;
  #isEnding = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param agent its bundle @returns once all daemons listen @throws HarnessError `conform-target-gone` */
  static async start(agent: string, daemons: readonly DaemonConfiguration[]): Promise<OwnAgent> {
    const own = new OwnAgent(await mkdtemp(join(tmpdir(), "udpsec-conform-")));
    try {
      await own.#start(agent, daemons);
    } catch (error) {
      await own.end();
      throw error;
    }
    return own;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const child = this.#child;
    if (child !== undefined) await child.stop([() => child.signalLeader("SIGTERM")], STOP_MS);
    this.#tail?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(agent: string, processes: readonly DaemonConfiguration[]): Promise<void> {
    const [configFile, eventFile] = [join(this.#folder, "config.json"), join(this.#folder, "events.ndjson")];
    const configuration: GuestConfiguration = {
      ...{ version: 1, run: "conform", node: "target", processes, keyLog: false, lingerMs: LIFE_MS },
    };
    await writeFile(configFile, JSON.stringify(configuration), { mode: 0o600 });
    this.#tail = new FileTail(
      eventFile,
      (chunk) => this.#take(chunk),
      () => performance.now(),
    );
    this.#tail.start();
    const command = [process.execPath, agent, "--config", configFile, "--events", eventFile];
    this.#child = new SupervisedChild(boundToParent(command), {
      stderr: (chunk) => (this.#stderr = (this.#stderr + Buffer.from(chunk).toString()).slice(-MAX_STDERR)),
      env: { NO_COLOR: "1" },
    });
    this.#child.closeInput();
    void this.#child.ended.then(({ exitCode, signal }) => {
      if (!this.#isEnding) this.#lose(`the agent ended: ${signal ?? `status ${exitCode}`}`);
    });
    await this.#listens(processes.length);
  }

  #listens(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#listening < count && this.gone === undefined) return;
        clearTimeout(timer);
        this.#onChange = () => undefined;
        if (this.gone === undefined) resolve();
        else reject(this.gone);
      };
      const timer = setTimeout(() => this.#lose(`its daemons do not listen after ${START_MS / 1_000} s`), START_MS);
      this.#onChange = look;
      look();
    });
  }

  #take(chunk: Uint8Array): void {
    for (const { kind, source, data } of this.#events.push(chunk, 0)) {
      if (kind === EventKind.LISTENING) this.#listening += 1;
      if (kind === EventKind.FATAL) this.#lose(`${source}: ${String(data["message"])}`);
      if (kind === EventKind.PROCESS_ENDED && !this.#isEnding) {
        const { process: name, status, signal } = data;
        this.#lose(`${String(name)} ended: status ${String(status)}, signal ${String(signal)}`);
      }
    }
    this.#onChange();
  }

  #lose(why: string): void {
    const words = this.#stderr.trim();
    const hint = words === "" ? "It said nothing on standard error." : `Its standard error:\n${words}`;
    const message = `the daemon under test is gone: ${why}`;
    this.gone ??= new HarnessError("conform-target-gone", message, hint, { kind: "check-failed" });
    this.#onChange();
  }
}
