/** A run's frames and secrets, written while it goes on: frames as lines for whoever makes a capture of them, secrets as a key log. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { VirtualFrame } from "../../../contract/virtual-frame.ts";
import { ephemeralLine, staticLine } from "../../../contract/key-log-line.ts";
import { type DeviceIdentity, toHex } from "../../core/index.ts";
import type { NetworkObserver, Transmission } from "../../sim/network/network.ts";
import type { ObservedSegment } from "../../sim/runtime/segment-observer.ts";
import type { RunTap } from "../../sim/world/run-tap.ts";

/** Whoever sends from an address that is no host's, as a flood does. */
const OUTSIDE = "outside";
const CHUNK_CHARACTERS = 1024 * 1024;

export class RunCapture implements RunTap {
  readonly #frames: LineFile | undefined;
  readonly #secrets: LineFile | undefined;
  readonly #names = new Map<string, string>();
  /** The datagram that left last: the network tells only then whether it is lost. */
  #leaving: Transmission | undefined;

  /** @param framesFile undefined: none is written; the same for the secrets */
  constructor(framesFile: string | undefined, secretsFile: string | undefined) {
    this.#frames = framesFile === undefined ? undefined : new LineFile(framesFile);
    this.#secrets = secretsFile === undefined ? undefined : new LineFile(secretsFile);
  }

  readonly keyLog = {
    ephemeral: (publicKey: Uint8Array, secretKey: Uint8Array): void => {
      this.#secrets?.write(ephemeralLine(toHex(publicKey), toHex(secretKey)));
    },
    sessionKeys: (): void => undefined,
  };

  readonly datagrams: NetworkObserver = {
    onSent: (sent) => {
      this.#settle(undefined);
      this.#leaving = sent;
    },
    onArriving: (arriving) => this.#arrived(arriving, arriving.isCorrupted ? "corrupted on the way" : undefined),
    onLost: (transmission, reason) => {
      if (transmission === this.#leaving) this.#settle(`dropped: ${reason}`);
      else this.#arrived(transmission, `nobody took it: ${reason}`);
    },
  };

  onHost(name: string, host: string, identity: DeviceIdentity): void {
    this.#names.set(host, name);
    this.#secrets?.write(staticLine(toHex(identity.staticPublicKey), toHex(identity.staticSecret)));
  }

  onSegmentSent(segment: ObservedSegment, isLost: boolean): void {
    this.#segment(segment, "sent", isLost ? "dropped" : undefined);
  }

  onSegmentArriving(segment: ObservedSegment): void {
    this.#segment(segment, "received", undefined);
  }

  close(): void {
    this.#settle(undefined);
    this.#frames?.close();
    this.#secrets?.close();
  }

  #settle(comment: string | undefined): void {
    const sent = this.#leaving;
    this.#leaving = undefined;
    if (sent !== undefined) this.#datagram(sent, "sent", comment);
  }

  #arrived(transmission: Transmission, comment: string | undefined): void {
    this.#settle(undefined);
    this.#datagram(transmission, "received", comment);
  }

  #datagram({ atMs, from, to, bytes }: Transmission, direction: VirtualFrame["direction"], comment?: string): void {
    const nic = this.#nicAt((direction === "sent" ? from : to).host);
    this.#write({ atUs: Math.round(atMs * 1000), nic, direction, from, to, payload: toHex(bytes) }, comment);
  }

  #segment(segment: ObservedSegment, direction: VirtualFrame["direction"], comment: string | undefined): void {
    this.#settle(undefined);
    const { atMs, from, to, bytes, flags, sequence, acknowledged } = segment;
    const nic = this.#nicAt((direction === "sent" ? from : to).host);
    const tcp = { flags, sequence, acknowledged };
    this.#write({ atUs: Math.round(atMs * 1000), nic, direction, from, to, payload: toHex(bytes), tcp }, comment);
  }

  #write(frame: VirtualFrame, comment: string | undefined): void {
    this.#frames?.write(JSON.stringify(comment === undefined ? frame : { ...frame, comment }));
  }

  #nicAt(host: string): string {
    return `${this.#names.get(host) ?? OUTSIDE}.0`;
  }
}

/** Its owner's alone: secrets, and what they open. */
class LineFile {
  readonly #file: number;
  #waiting: string[] = [];
  #waitingCharacters = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w", 0o600);
  }

  write(line: string): void {
    this.#waiting.push(`${line}\n`);
    this.#waitingCharacters += line.length + 1;
    if (this.#waitingCharacters >= CHUNK_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#waiting.join(""));
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }
}
