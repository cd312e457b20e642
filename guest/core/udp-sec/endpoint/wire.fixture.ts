/** Endpoints on a wire without time of its own: the test moves the clock and decides what arrives. */
import { createHash } from "node:crypto";
import type { Address } from "../../address.ts";
import { nobleCrypto } from "../../crypto/noble.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import { DeviceIdentity } from "../../identity/device-identity.ts";
import { nativeCrypto } from "../../../node/crypto/native.ts";
import { Endpoint } from "./endpoint.ts";
import type { EndpointEvent } from "./endpoint-event.ts";
import type { EndpointOptions } from "./endpoint-options.ts";
import { PacketType } from "../packet/header.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../handshake/transport-parameters.ts";
import { StandInConnection } from "./stand-in-connection.fixture.ts";

/** OpenSSL is what makes thousands of handshakes bearable; noble has its own sample in the handshake test. */
export const testCrypto: CryptoPrimitives = nativeCrypto;
export { nobleCrypto };

export function seededRandom(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    counter += 1;
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
      createHash("sha256").update(`${seed}/${counter}/${block}`).digest(),
    );
    return new Uint8Array(Buffer.concat(blocks)).slice(0, length);
  };
}

export function identityOf(name: string): DeviceIdentity {
  return new DeviceIdentity(testCrypto, seededRandom(`identity ${name}`)(32));
}

export interface Sent {
  readonly from: Node;
  readonly to: Address;
  readonly datagram: Uint8Array;
  readonly atMs: number;
}

export interface Node {
  readonly name: string;
  readonly address: Address;
  readonly identity: DeviceIdentity;
  readonly endpoint: Endpoint;
  readonly connections: StandInConnection[];
  readonly events: EndpointEvent[];
}

export class Wire {
  nowMs = 1_000;
  readonly nodes: Node[] = [];
  readonly sent: Sent[] = [];
  /** Which datagrams arrive; all by default. */
  delivers: (sent: Sent) => boolean = () => true;

  add(name: string, options: Partial<EndpointOptions> & { address?: Address } = {}): Node {
    const address = options.address ?? { host: `10.0.0.${this.nodes.length + 1}`, port: 4_000 };
    const identity = options.identity ?? identityOf(name);
    const connections: StandInConnection[] = [];
    const endpoint = new Endpoint({
      crypto: testCrypto,
      random: seededRandom(`${name}@${address.host}:${address.port}`),
      accept: { authorise: () => true },
      parameters: DEFAULT_TRANSPORT_PARAMETERS,
      createConnection: (setup) => {
        const connection = new StandInConnection(setup);
        connections.push(connection);
        return connection;
      },
      ...options,
      identity,
    });
    const node = { name, address, identity, endpoint, connections, events: [] };
    this.nodes.push(node);
    return node;
  }

  dial(from: Node, to: Node, waitMs?: number, deviceId = to.identity.deviceId) {
    const target = { deviceId, staticPublicKey: to.identity.staticPublicKey, address: to.address };
    return from.endpoint.dial(target, { waitMs }, this.nowMs);
  }

  /** Polls everybody once and hands over what left. @returns how many datagrams left */
  step(): number {
    const batch: Sent[] = [];
    for (const from of this.nodes) {
      for (let out = from.endpoint.poll(this.nowMs); out !== undefined; out = from.endpoint.poll(this.nowMs)) {
        batch.push({ from, to: out.to, datagram: out.datagram, atMs: this.nowMs });
      }
      from.events.push(...from.endpoint.takeEvents());
    }
    this.sent.push(...batch);
    for (const sent of batch) if (this.delivers(sent)) this.deliver(sent.datagram, sent.from.address, sent.to);
    return batch.length;
  }

  deliver(datagram: Uint8Array, from: Address, to: Address): void {
    const node = this.nodes.find(({ address }) => address.host === to.host && address.port === to.port);
    node?.endpoint.receive(datagram.slice(), from, this.nowMs);
    node?.events.push(...node.endpoint.takeEvents());
  }

  /** Until nobody has anything to send at this moment. */
  settle(): void {
    for (let round = 0; this.step() > 0; round += 1) if (round > 100) throw new Error("the wire never falls silent");
  }

  /** From deadline to deadline, without stepping over one. */
  runUntil(endMs: number): void {
    this.settle();
    for (let round = 0; round < 10_000; round += 1) {
      const deadlines = this.nodes.map((node) => node.endpoint.nextDeadlineMs() ?? Infinity);
      const nextMs = Math.max(this.nowMs, Math.min(...deadlines));
      if (nextMs > endMs) break;
      this.nowMs = nextMs;
      this.settle();
    }
    this.nowMs = endMs;
  }

  sentOf(type: keyof typeof PacketType, from?: Node): Sent[] {
    return this.sent.filter(
      (sent) => sent.datagram[1] === PacketType[type] && (from === undefined || sent.from === from),
    );
  }
}

export function typesOf(node: Node): string[] {
  return node.events.map((event) => event.type);
}
