/** Where a lie over TCP is told: who the peer is, whom it talks to, and how it dials. */
import type { Device } from "../../observer/crypto/device.ts";
import { HONEST_SERVICES } from "../services/all-services.ts";
import { passed } from "../transport/changes.ts";
import { PeerTcp, type TcpSteps } from "../transport/peer-tcp.ts";
import { dialOverTcp, type TcpInitiatorChanges } from "../transport/peer-tcp-dial.ts";
import type { PeerTcpSession } from "../transport/peer-tcp-session.ts";
import { OpenTcpSession } from "./open-tcp-session.ts";
import type { LieStageSetup } from "./stage.ts";

/** Of the 5 s from TCP's beginning to ACCEPT (dsoftbus-transport.md#10-tcp-transport): the far end's begin, and end, at other times than are seen here. */
const LATE_MS = 4_000;
/**
 * Between two dials: twice what the guest's rate of handshakes leaves for one source (dsoftbus-transport.md#34-mac1-retry-cookies). It hangs
 * up on who comes faster, and is right to.
 */
const DIAL_GAP_MS = 100;
/** Who grants less hangs up on a good message 1: it is waited for longer each time. */
const SLOWER_MS = [500, 2_000, 5_000];
/** When each own address dials next: sources are counted by address, whoever dials from there. Loopback's own addresses are each used for little. */
const nextDials = new Map<string, number>();
const MOST_ADDRESSES = 1_024;

async function dialTurn(address: string): Promise<void> {
  const now = performance.now();
  const atMs = Math.max(now, nextDials.get(address) ?? 0);
  nextDials.delete(address);
  nextDials.set(address, atMs + DIAL_GAP_MS);
  const [oldest] = nextDials.keys();
  if (nextDials.size > MOST_ADDRESSES && oldest !== undefined) nextDials.delete(oldest);
  await passed(atMs - now);
}

/** A connection is told where a socket of UDP is. */
export interface TcpStageSetup extends Omit<LieStageSetup, "watch"> {
  readonly watch?: TcpSteps;
}

export interface TcpLieDial {
  readonly self?: Device;
  readonly changes?: TcpInitiatorChanges;
}

export class TcpStage {
  readonly setup: TcpStageSetup;
  readonly #connections: PeerTcp[] = [];

  constructor(setup: TcpStageSetup) {
    this.setup = setup;
  }

  /** TCP stands, and nothing has left. @throws PeerError */
  async connect(): Promise<PeerTcp> {
    const { guest, watch, onSocket, from, patienceMs } = this.setup;
    await dialTurn(from ?? "");
    const tcp = await PeerTcp.dial(guest.place, watch, { from, patienceMs });
    this.#connections.push(tcp);
    onSocket(tcp.local.port);
    return tcp;
  }

  /** Message 3 has left: whether the guest lets this side in is not known yet. @throws PeerError */
  async dial({ self = this.setup.self, changes = {} }: TcpLieDial = {}): Promise<PeerTcpSession> {
    const { guest, onEphemeral } = this.setup;
    for (let attempt = 0; ; attempt += 1) {
      const tcp = await this.connect();
      try {
        return await dialOverTcp({ tcp, self, target: guest, changes, onEphemeral });
      } catch (error) {
        const waitMs = SLOWER_MS[attempt];
        // Message 1 is as it should be, whatever the lie: hung up on without a byte, this address is over its rate.
        if (waitMs === undefined || !tcp.hasEnded || tcp.heardBytes > 0) throw error;
        await passed(waitMs);
      }
    }
  }

  /** @throws PeerError if the guest doesn't let this peer in */
  async open(): Promise<OpenTcpSession> {
    const open = new OpenTcpSession(await this.dial(), HONEST_SERVICES);
    await open.isAccepted();
    return open;
  }

  /** The far end has ended the latest connection, and so long after its beginning that it may have missed its own deadline for the handshake. */
  get wasGivenUpLate(): boolean {
    return (this.#connections.at(-1)?.endedAfterMs ?? 0) >= LATE_MS;
  }

  /** Gives back what the lie has used. */
  end(): void {
    for (const tcp of this.#connections.splice(0)) tcp.drop();
  }
}
