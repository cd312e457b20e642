/** Where a case is played: whom it talks to, as whom, and what passes meanwhile. */
import { LieStage } from "../../peer/lies/stage.ts";
import type { OpenSession } from "../../peer/lies/open-session.ts";
import type { OpenTcpSession } from "../../peer/lies/open-tcp-session.ts";
import { TcpStage } from "../../peer/lies/tcp-stage.ts";
import type { Device } from "../../observer/crypto/device.ts";
import type { LieDial } from "../../peer/lies/stage.ts";
import type { DialledDevice } from "../../peer/transport/peer-dial.ts";
import type { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import type { PacketTrace } from "./packet-trace.ts";
import { RawDial, type RawChoice } from "./raw-dial.ts";

export interface CaseStageSetup {
  /** A device that the target lets in. */
  readonly self: Device;
  /** One that it has never heard of. */
  readonly stranger: Device;
  readonly target: DialledDevice;
  /** Own addresses: a case may need more than one, since sources are counted by address. */
  readonly addresses: readonly [string, ...string[]];
  readonly patienceMs: number;
  readonly trace: PacketTrace;
}

export class CaseStage {
  readonly setup: CaseStageSetup;
  /** The stages of the liars: their dials, and their sessions with what may be demanded of them. */
  readonly udp: LieStage;
  readonly tcp: TcpStage;
  readonly #raw: RawDial[] = [];

  constructor(setup: CaseStageSetup) {
    this.setup = setup;
    const { self, stranger, target: guest, addresses, patienceMs, trace } = setup;
    const common = { self, stranger, guest, from: addresses[0], patienceMs, onEphemeral: trace.ephemeral };
    this.udp = new LieStage({ ...common, watch: trace.datagram, onSocket: () => undefined });
    this.tcp = new TcpStage({ ...common, watch: trace.tcp, onSocket: () => undefined });
  }

  /** @throws PeerError if the target doesn't let this side in */
  open(choice?: LieDial): Promise<OpenSession> {
    return this.udp.open(choice);
  }

  openTcp(): Promise<OpenTcpSession> {
    return this.tcp.open();
  }

  /** A handshake step by step, of which nothing has left. */
  async raw(choice: RawChoice = {}): Promise<RawDial> {
    const { setup } = this;
    const dial = await RawDial.begin(
      { ...setup, onEphemeral: setup.trace.ephemeral, watch: setup.trace.datagram },
      choice,
    );
    this.#raw.push(dial);
    return dial;
  }

  /** TCP stands, and nothing has left. */
  connect(): Promise<PeerTcp> {
    return this.tcp.connect();
  }

  /** Gives back what the case has used. */
  end(): void {
    this.udp.end();
    this.tcp.end();
    for (const dial of this.#raw.splice(0)) dial.end();
  }
}
