/** Endpoints of the core in the places of a handshake vector. */
import {
  type ConnectionHandle,
  type CryptoPrimitives,
  DeviceIdentity,
  type DropReason,
  Endpoint,
  type EndpointEvent,
  fromHex,
} from "../../../guest/core/index.ts";
import { PacketOpener } from "../../../guest/core/udp-sec/packet/packet-protection.ts";
import { parseHeader } from "../../../guest/core/udp-sec/packet/header.ts";
import { type ParsedPacket, readPacket } from "../../../guest/core/udp-sec/packet/packet-content.ts";
import { bytesField, type Fields, numberField, recordField, textField } from "./json-fields.ts";
import { scriptedRandom } from "./scripted-random.ts";

const INITIATOR = { host: "192.0.2.1", port: 4001 };
const RESPONDER = { host: "192.0.2.2", port: 4002 };

/** One endpoint, fed by hand at one instant. */
export class UdpSide {
  readonly endpoint: Endpoint;
  readonly #peer: { readonly host: string; readonly port: number };
  readonly events: EndpointEvent[] = [];

  private constructor(endpoint: Endpoint, peer: { readonly host: string; readonly port: number }) {
    this.endpoint = endpoint;
    this.#peer = peer;
  }

  static initiator(vector: Fields, crypto: CryptoPrimitives): UdpSide {
    const side = new UdpSide(makeEndpoint(recordField(vector, "initiator"), crypto, undefined), RESPONDER);
    const responder = recordField(vector, "responder");
    const deviceId = textField(responder, "device_id");
    const target = { deviceId, staticPublicKey: bytesField(responder, "static_public_key"), address: RESPONDER };
    side.endpoint.dial(target, {}, 0);
    return side;
  }

  /** Takes the vector's initiator, with its static key, and nobody else. */
  static responder(vector: Fields, crypto: CryptoPrimitives): UdpSide {
    const known = recordField(vector, "initiator");
    const accept = {
      authorise: (deviceId: string, staticKeyHex: string) =>
        deviceId === known["device_id"] && staticKeyHex === known["static_public_key"],
    };
    return new UdpSide(makeEndpoint(recordField(vector, "responder"), crypto, accept), INITIATOR);
  }

  /** @returns the connection, once there is one */
  get connection(): ConnectionHandle | undefined {
    for (const event of this.events) if (event.type === "established") return event.connection;
    return undefined;
  }

  receive(datagram: Uint8Array): void {
    this.endpoint.receive(datagram, this.#peer, 0);
    this.events.push(...this.endpoint.takeEvents());
  }

  /** @returns all that leaves now */
  send(): Uint8Array[] {
    const datagrams: Uint8Array[] = [];
    for (let out = this.endpoint.poll(0); out !== undefined; out = this.endpoint.poll(0)) datagrams.push(out.datagram);
    this.events.push(...this.endpoint.takeEvents());
    return datagrams;
  }

  /** Drops of the endpoint and of its connection, by reason. */
  drops(): Readonly<Partial<Record<DropReason, number>>> {
    return this.endpoint.stats().drops;
  }
}

/** @returns the packet that a datagram holds, or undefined if it doesn't open or isn't one */
export function openedPacket(
  crypto: CryptoPrimitives,
  key: Uint8Array,
  datagram: Uint8Array,
): ParsedPacket | undefined {
  const header = parseHeader(datagram);
  if (typeof header === "string") return undefined;
  const plaintext = new PacketOpener(crypto.chacha20Poly1305(key)).open(datagram, header);
  return typeof plaintext === "string" ? undefined : readPacket(header, plaintext);
}

function makeEndpoint(
  party: Fields,
  crypto: CryptoPrimitives,
  accept: ConstructorParameters<typeof Endpoint>[0]["accept"],
): Endpoint {
  const params = recordField(party, "params");
  return new Endpoint({
    crypto,
    random: scriptedRandom(numberField(party, "session_half"), bytesField(party, "ephemeral_secret")),
    identity: new DeviceIdentity(crypto, fromHex(textField(party, "seed")) ?? new Uint8Array(0)),
    parameters: {
      windowBytes: numberField(params, "window"),
      idleTimeoutMs: numberField(params, "idle_timeout_ms"),
      ackDelayMs: numberField(params, "ack_delay_ms"),
    },
    accept,
  });
}
