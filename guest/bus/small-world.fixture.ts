/** A few hosts in virtual time, for tests of what only a chosen moment shows. */
import { nativeCrypto } from "../node/crypto/native.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { LinkImpairment } from "../../contract/impairment/link-impairment.ts";
import { Network } from "../sim/network/network.ts";
import { PortAllocator } from "../sim/runtime/ports.ts";
import { VirtualClock } from "../sim/runtime/virtual-clock.ts";
import { VirtualEntropy } from "../sim/runtime/virtual-entropy.ts";
import { VirtualTcpNetwork } from "../sim/runtime/virtual-tcp.ts";
import { VirtualUdpSockets } from "../sim/runtime/virtual-udp.ts";
import { EventQueue } from "../sim/scheduler/event-queue.ts";
import { ECHO_SERVICE, serveEcho } from "../services/echo/echo-server.ts";
import { busConfiguration, GOOD_ENTROPY, makeBus, peerOf, RecordingConsole, type TestBus } from "./loopback.fixture.ts";
import { serveSession } from "../services/serving/serve-session.ts";

export const PORT = 37_010;

export class SmallWorld {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly #tcp: VirtualTcpNetwork;

  constructor() {
    const links = new Map<string, LinkImpairment>();
    this.network = new Network(this.queue, (from) => {
      const link = links.get(from) ?? new LinkImpairment({ delayMs: 5 }, 1, from);
      links.set(from, link);
      return link;
    });
    this.#tcp = new VirtualTcpNetwork(this.network, this.queue);
  }

  runtimeOf(host: string): Runtime {
    const ports = new PortAllocator();
    return {
      clock: new VirtualClock(this.queue),
      entropy: new VirtualEntropy(1, host, () => GOOD_ENTROPY),
      udp: new VirtualUdpSockets(host, this.network, this.queue, ports),
      tcp: this.#tcp.socketsOf(host, ports),
      console: new RecordingConsole(),
    };
  }

  /** A listener that knows the dialler and serves echo. */
  async listen(name: string, host: string): Promise<TestBus> {
    const runtime = this.runtimeOf(host);
    const configuration = busConfiguration(name, { peers: [peerOf("dialler", 0)] });
    const listener = makeBus(configuration, runtime, (session) => {
      serveSession(session, new Map([[ECHO_SERVICE, serveEcho]]), { runtime, crypto: nativeCrypto });
    });
    await listener.bus.listen({ host, port: PORT });
    return listener;
  }

  /** Runs until `work` is done, at most until `untilMs`. @returns whether it is */
  async runUntil(work: Promise<unknown>, untilMs: number): Promise<boolean> {
    let isDone = false;
    const finish = () => (isDone = true);
    work.then(finish, finish);
    for (;;) {
      await new Promise(setImmediate);
      if (isDone) return true;
      const nextMs = this.queue.peekMs();
      if (nextMs === undefined || nextMs > untilMs) return false;
      this.queue.runNext();
    }
  }

  /** @throws if it takes more than two seconds */
  async done<T>(work: Promise<T>): Promise<T> {
    if (!(await this.runUntil(work, this.queue.nowMs + 2_000))) throw new Error("it takes too long");
    return await work;
  }
}
