/** One DATA packet on a connection that has carried some before: from the endpoint to the reader of the stream. */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { DeviceIdentity } from "../../guest/core/identity/device-identity.ts";
import { Endpoint } from "../../guest/core/udp-sec/endpoint/endpoint.ts";
import type { ConnectionHandle } from "../../guest/core/udp-sec/endpoint/connection-entry.ts";
import { PacketType } from "../../guest/core/udp-sec/packet/header.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../../guest/core/udp-sec/handshake/transport-parameters.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { Recorder } from "./recorder.ts";

const ADDRESSES = { dialler: { host: "10.0.0.1", port: 4_000 }, listener: { host: "10.0.0.2", port: 4_000 } };
const WARM_UP_ROUNDS = 20;
const PAYLOAD = new Uint8Array(500).fill(7);
/** More than any acknowledgement is kept back. */
const PAUSE_MS = 100;

let nowMs = 1_000;
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const endpointOf = (identity: DeviceIdentity): Endpoint =>
  new Endpoint({
    crypto: nativeCrypto,
    random,
    identity,
    accept: { authorise: () => true },
    parameters: DEFAULT_TRANSPORT_PARAMETERS,
  });
const identity = new DeviceIdentity(nativeCrypto, random(32));
const dialler = endpointOf(new DeviceIdentity(nativeCrypto, random(32)));
const listener = endpointOf(identity);

/** Both sides send until neither has more. */
function settle(): void {
  for (let sent = 1; sent > 0;) {
    sent = 0;
    for (let out = dialler.poll(nowMs); out !== undefined; out = dialler.poll(nowMs), sent += 1) {
      listener.receive(out.datagram, ADDRESSES.dialler, nowMs);
    }
    for (let out = listener.poll(nowMs); out !== undefined; out = listener.poll(nowMs), sent += 1) {
      dialler.receive(out.datagram, ADDRESSES.listener, nowMs);
    }
  }
}

function established(endpoint: Endpoint): ConnectionHandle {
  const event = endpoint.takeEvents().find(({ type }) => type === "established");
  assert(event?.type === "established");
  return event.connection;
}

dialler.dial(
  { deviceId: identity.deviceId, staticPublicKey: identity.staticPublicKey, address: ADDRESSES.listener },
  {},
  nowMs,
);
settle();
const writer = established(dialler);
const reader = established(listener);
for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
  writer.write(PAYLOAD, nowMs);
  settle();
  nowMs += PAUSE_MS;
  settle();
  listener.takeEvents();
  assert.deepEqual(reader.read(PAYLOAD.length, nowMs), PAYLOAD);
}
settle();

writer.write(PAYLOAD, nowMs);
const packet = dialler.poll(nowMs);
assert(packet?.datagram[1] === PacketType.DATA);
const recorder = new Recorder();
const received = recorder.during(() => {
  listener.receive(packet.datagram, ADDRESSES.dialler, nowMs);
  return listener.takeEvents().some(({ type }) => type === "readable") ? reader.read(PAYLOAD.length, nowMs) : undefined;
});
assert.deepEqual(received, PAYLOAD);
process.stdout.write(JSON.stringify([...recorder.files]));
