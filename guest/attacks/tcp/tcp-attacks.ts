/** Strangers and authenticated devices over the TCP transport. */
import type { Attack } from "../attack.ts";
import { concatBytes, HandshakeRate } from "../../core/index.ts";
import type { CipherState } from "../../core/index.ts";
import { CLIENT, crypto, SERVER, testRandom } from "../../core/tcp-sec/connection-pair.fixture.ts";
import { TcpHandshake } from "../../core/tcp-sec/handshake.ts";
import { encodeRecord, type TcpRecord } from "../../core/tcp-sec/record.ts";
import { TcpSecConnection } from "../../core/tcp-sec/tcp-sec-connection.ts";

const RULE = "dsoftbus-transport.md#10-tcp-transport";
const CONNECTION = "guest/core/tcp-sec/tcp-sec-connection.ts";

const common = { crypto, random: testRandom, nowMs: 0 };

function withLength(message: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(message.length & 0xff, message.length >> 8), message);
}

/** A responder, and the cipher of the device that has dialled it. */
function dialled(): { victim: TcpSecConnection; cipher: CipherState } {
  const victim = TcpSecConnection.responder({ ...common, identity: SERVER, accept: { authorise: () => true } });
  const dialler = new TcpHandshake(
    { role: "initiator", peer: SERVER },
    { crypto, random: testRandom, identity: CLIENT },
  );
  victim.receiveBytes(withLength(dialler.start()), 0);
  const step = dialler.receive((victim.takeOutput(999, 0) ?? new Uint8Array(2)).subarray(2), 0);
  if (step.kind !== "done" || step.message === undefined) throw new RangeError("the handshake failed");
  victim.receiveBytes(withLength(step.message), 0);
  return { victim, cipher: dialler.split(undefined).send };
}

function send(victim: TcpSecConnection, cipher: CipherState, record: TcpRecord): void {
  victim.receiveBytes(withLength(cipher.encryptWithAd(new Uint8Array(0), encodeRecord(record))), 0);
}

const slowHandshake: Attack = {
  id: "tcp-handshake-that-never-ends",
  aim: "connects, says nothing, and keeps its place among the unauthenticated",
  rule: RULE,
  defence: {
    file: CONNECTION,
    find: 'else this.#endQuietly("HANDSHAKE_TIMEOUT", "", "local", nowMs);',
    replace: "",
  },
  run: () => {
    const victim = TcpSecConnection.responder({ ...common, identity: SERVER, accept: { authorise: () => true } });
    victim.poll(6_000);
    return victim.end === undefined ? "still in the handshake after 6 s" : undefined;
  },
};

const unaskedAccept: Attack = {
  id: "tcp-accept-from-the-dialler",
  aim: "says what only the other side may say",
  rule: RULE,
  defence: {
    file: CONNECTION,
    find: 'if (record.kind === "accept") return this.#fail("PROTOCOL", "an ACCEPT that nobody waits for", nowMs);',
    replace: 'if (record.kind === "accept") return;',
  },
  run: () => {
    const { victim, cipher } = dialled();
    send(victim, cipher, { kind: "accept" });
    return victim.end === undefined ? "an ACCEPT that nobody asked for passes" : undefined;
  },
};

const afterFin: Attack = {
  id: "tcp-bytes-after-fin",
  aim: "goes on after the end of the stream, which the reader was told",
  rule: RULE,
  defence: {
    file: CONNECTION,
    find: 'if (this.#isPeerFinished) return this.#fail("PROTOCOL", `${record.kind} after FIN`, nowMs);',
    replace: "",
  },
  run: () => {
    const { victim, cipher } = dialled();
    send(victim, cipher, { kind: "fin" });
    send(victim, cipher, { kind: "data", bytes: new Uint8Array(9) });
    return victim.end === undefined ? "the stream goes on after its end" : undefined;
  },
};

const outOfBounds: Attack = {
  id: "tcp-delivery-past-the-window",
  aim: "has the victim buffer what its reader doesn't take",
  rule: RULE,
  defence: {
    file: CONNECTION,
    find: "if (this.#inbox.length + bytes.length > this.#limits.undecodedBytes) {",
    replace: "if (bytes.length < 0) {",
  },
  run: () => {
    const { victim, cipher } = dialled();
    for (let index = 0; index < 140; index += 1) {
      send(victim, cipher, { kind: "data", bytes: new Uint8Array(16 * 1024) });
    }
    const held = victim.stats().heldBytes;
    return held > 1_600_000 ? `${held} bytes are held` : undefined;
  },
};

const tinyRecord: Attack = {
  id: "tcp-record-without-a-seal",
  aim: "sends records shorter than their seal",
  rule: RULE,
  defence: {
    file: "guest/core/tcp-sec/message-inbox.ts",
    find: "if (this.#lengthBytes < minBytes || this.#lengthBytes > maxBytes) {",
    replace: "if (this.#lengthBytes > maxBytes) {",
  },
  run: () => {
    const { victim } = dialled();
    victim.receiveBytes(Uint8Array.of(3, 0), 0);
    return victim.end === undefined ? "a record of 3 bytes is waited for" : undefined;
  },
};

/** Captured once from an honest dial, and sent again over one connection after the other. */
const replayedFirstMessage: Attack = {
  id: "one-first-message-over-many-tcp-connections",
  aim: "makes the responder compute as fast as one address can connect",
  rule: RULE,
  defence: {
    file: "guest/core/tcp-sec/handshake.ts",
    find: 'if (number === 0 && !this.#mayCompute(nowMs)) return { kind: "over-rate" };',
    replace: "",
  },
  run: () => {
    const rate = new HandshakeRate({ ratePerSecond: 20, burst: 5, sources: 16 });
    const message1 = withLength(
      new TcpHandshake({ role: "initiator", peer: SERVER }, { crypto, random: testRandom, identity: CLIENT }).start(),
    );
    let computed = 0;
    for (let connection = 0; connection < 20; connection += 1) {
      const victim = TcpSecConnection.responder({
        ...{ ...common, identity: SERVER, accept: { authorise: () => true } },
        takeHandshake: (nowMs) => rate.takeProven("one address", nowMs),
      });
      victim.receiveBytes(message1, 0);
      if (victim.takeOutput(999, 0) !== undefined) computed += 1;
    }
    return computed > 5 ? `${computed} Diffie-Hellmans for one address at once` : undefined;
  },
};

export const tcpAttacks: readonly Attack[] = [
  replayedFirstMessage,
  slowHandshake,
  unaskedAccept,
  afterFin,
  outOfBounds,
  tinyRecord,
];
