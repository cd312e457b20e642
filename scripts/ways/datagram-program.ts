/**
 * One DATA packet on a session that has carried some before: from the moment Node hands the datagram over until the application has
 * read its bytes from a mux stream. Two buses on loopback, on the real runtime; only what the listener does with that one packet is
 * recorded.
 */
import { strict as assert } from "node:assert";
import { Socket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { makePair } from "../../guest/bus/loopback.fixture.ts";
import type { BusStream } from "../../guest/bus/sessions/bus-stream.ts";
import { PacketType } from "../../guest/core/udp-sec/packet/header.ts";
import { Recorder } from "./recorder.ts";

const WARM_UP_ROUNDS = 5;
const PAYLOAD = new Uint8Array(500).fill(7);
/** Longer than any acknowledgement is kept back: then nothing is on its way any more. */
const PAUSE_MS = 100;

const recorder = new Recorder();
let isArmed = false;
let listeningPort = 0;

/** Node tells a socket of each datagram with an event: the recording begins with the listener's. */
const emit = Reflect.get(Socket.prototype, "emit") as (name: string, ...values: unknown[]) => boolean;
Socket.prototype.emit = function (this: Socket, name: string, ...values: unknown[]): boolean {
  const [datagram] = values;
  const isData = name === "message" && datagram instanceof Uint8Array && datagram[1] === PacketType.DATA;
  if (isArmed && isData && this.address().port === listeningPort) {
    isArmed = false;
    recorder.start();
  }
  return emit.call(this, name, ...values);
};

let accept: (stream: BusStream) => void = () => undefined;
const accepted = new Promise<BusStream>((resolve) => (accept = resolve));
const pair = await makePair("udp-sec", (session) =>
  session.serve({ accepts: () => true, onStream: (stream) => accept(stream) }),
);
listeningPort = pair.target.port;
const session = await pair.dialler.bus.dial(pair.target);
const writer = await session.open("way", 0);
const reader = await accepted;

for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
  await writer.write(PAYLOAD);
  assert.deepEqual(await reader.read(), PAYLOAD);
  await sleep(PAUSE_MS);
}

isArmed = true;
await writer.write(PAYLOAD);
const received = await reader.read();
recorder.stop();
assert.deepEqual(received, PAYLOAD);
await pair.close();
process.stdout.write(JSON.stringify([...recorder.files]));
