/** Where a lie is told: who the peer is, whom it talks to, and how it dials. */
import type { Device } from "../../observer/crypto/device.ts";
import type { Params } from "../../observer/wire/params.ts";
import type { PeerServices } from "../mux/peer-mux.ts";
import { HONEST_SERVICES } from "../services/all-services.ts";
import type { InitiatorChanges } from "../transport/handshake-text.ts";
import { type DialledDevice, PeerDial } from "../transport/peer-dial.ts";
import { type DatagramWatch, PeerSocket } from "../transport/peer-socket.ts";
import { OpenSession } from "./open-session.ts";

export interface LieStageSetup {
  readonly self: Device;
  /** Whom the guest's table doesn't list. */
  readonly stranger: Device;
  readonly guest: DialledDevice;
  readonly watch?: DatagramWatch;
  /** Told an ephemeral key before it leaves. */
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
  /** Told the port of each socket before anything leaves it. */
  readonly onSocket: (port: number) => void;
  /** Own address; undefined: loopback's first. */
  readonly from?: string;
  /** How long the guest may take; undefined: as long as an emulated machine needs. */
  readonly patienceMs?: number;
}

export interface LieDial {
  readonly self?: Device;
  readonly params?: Params;
  readonly ephemeral?: Uint8Array;
  readonly changes?: InitiatorChanges;
  readonly services?: PeerServices;
}

export class LieStage {
  readonly setup: LieStageSetup;
  readonly #dials: PeerDial[] = [];

  constructor(setup: LieStageSetup) {
    this.setup = setup;
  }

  /** A socket of this side, from which nothing has left. */
  socket(): Promise<PeerSocket> {
    const { watch, from } = this.setup;
    return PeerSocket.open(watch, from === undefined ? undefined : { address: from, port: 0 });
  }

  async dial({ self, params, ephemeral, changes }: LieDial = {}): Promise<PeerDial> {
    const { onSocket, onEphemeral, guest, patienceMs } = this.setup;
    const socket = await this.socket();
    onSocket(socket.place.port);
    const dial = new PeerDial({
      ...{ socket, self: self ?? this.setup.self, target: guest, onEphemeral, patienceMs },
      ...(params === undefined ? {} : { params }),
      ...(ephemeral === undefined ? {} : { ephemeral }),
      ...(changes === undefined ? {} : { changes }),
    });
    this.#dials.push(dial);
    return dial;
  }

  /** @throws PeerError if the guest doesn't let this peer in */
  async open(choice: LieDial = {}): Promise<OpenSession> {
    const dial = await this.dial(choice);
    const session = await dial.opened();
    return new OpenSession(session, choice.services ?? HONEST_SERVICES);
  }

  /** Gives back what the lie has used. */
  end(): void {
    for (const dial of this.#dials.splice(0)) dial.end();
  }
}
