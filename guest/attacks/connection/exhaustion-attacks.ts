/** A peer with keys that wants packets, time or a slot of its victim. */
import type { Attack } from "../attack.ts";
import { unlessEndedWith, Victim } from "./victim.ts";

const RECOVERY = "dsoftbus-transport.md#5-acknowledgement-and-recovery";
const STREAM = "dsoftbus-transport.md#6-stream-and-flow-control";
const LIFE = "dsoftbus-transport.md#8-life-of-a-connection";
const OPEN_STATE = "guest/core/udp-sec/connection/open-state.ts";

const MINUTE_MS = 60_000;

/** Lets the peer say something every 4 s, so that the victim doesn't take it for gone. */
function keepAlive(victim: Victim, durationMs: number, say: () => Uint8Array): number {
  let packets = 0;
  for (let elapsedMs = 0; elapsedMs < durationMs && victim.endName === undefined; elapsedMs += 4_000) {
    packets += victim.advance(4_000).length;
    packets += victim.receive(say()).length;
  }
  return packets;
}

const zeroWindow: Attack = {
  id: "zero-window-for-ever",
  aim: "never grants credit, so that the victim asks for it without end",
  rule: STREAM,
  defence: {
    file: "guest/core/udp-sec/stream/persist-timer.ts",
    find: "probeTimeoutMs * 2 ** this.#expiries",
    replace: "probeTimeoutMs",
  },
  run: () => {
    const victim = new Victim();
    victim.connection.write(new Uint8Array(512 * 1024), 0);
    let delivered = 0;
    let seen = 0;
    for (let elapsedMs = 0; elapsedMs < MINUTE_MS && victim.endName === undefined; elapsedMs += 20) {
      victim.advance(20);
      for (const { content } of victim.sent.slice(seen)) {
        if (content.type === "data") delivered = Math.max(delivered, content.offset + content.bytes.length);
      }
      seen = victim.sent.length;
      const ack = victim.sent.at(-1)?.header.packetNumber ?? 0;
      const ackBits = ack > 32 ? 0xffff_ffff : 2 ** Math.max(0, ack - 1) - 1;
      victim.receive(victim.peer.ack([], { ack, ackBits, delivered, window: 262_144 - delivered }));
    }
    const questions = victim.sent.filter(({ content }) => content.type === "ping").length;
    return questions > 120 ? `${questions} questions in a minute` : undefined;
  },
};

const probeStorm: Attack = {
  id: "silence-about-everything-sent",
  aim: "says it lives but acknowledges nothing, to be sent probes at the pace of the path",
  rule: RECOVERY,
  defence: {
    file: "guest/core/udp-sec/recovery/rtt.ts",
    find: "baseMs * this.#backoff",
    replace: "baseMs",
  },
  run: () => {
    const victim = new Victim();
    victim.connection.sendPing(0);
    const packets = keepAlive(victim, MINUTE_MS, () => victim.peer.ping());
    return packets > 200 ? `${packets} packets in a minute towards one that acknowledges nothing` : undefined;
  },
};

const closeStorm: Attack = {
  id: "answers-to-every-packet-after-close",
  aim: "goes on sending to a victim that has closed, to be answered each time",
  rule: LIFE,
  defence: {
    file: "guest/core/udp-sec/connection/closing.ts",
    find: "if (nowMs >= this.#answerableMs) {",
    replace: "if (nowMs >= 0) {",
  },
  run: () => {
    const victim = new Victim();
    victim.connection.close(0, "", 0);
    let answers = victim.flush().length;
    for (let index = 0; index < 100; index += 1) answers += victim.receive(victim.peer.ping()).length;
    return answers > 3 ? `${answers} CLOSE for 100 packets in one instant` : undefined;
  },
};

const pingStorm: Attack = {
  id: "a-thousand-pings-at-once",
  aim: "makes the victim answer a burst with a burst",
  rule: RECOVERY,
  defence: {
    file: "guest/core/udp-sec/connection/packet-sender.ts",
    find: "if (this.#batchAcks.length < MAX_BATCH_ACKS && !this.#parts.numbers.isExhausted) {",
    replace: "if (!this.#parts.numbers.isExhausted) {",
  },
  run: () => {
    const victim = new Victim();
    const answers = victim.receive(...Array.from({ length: 1_000 }, () => victim.peer.ping())).length;
    return answers > 8 ? `${answers} answers to one burst` : undefined;
  },
};

const forgeryFlood: Attack = {
  id: "endless-forgery",
  aim: "tries forged packets past the number that the seal's proof allows (RFC 9001 6.6)",
  rule: "dsoftbus-transport.md#44-limits-of-keys",
  defence: {
    file: "guest/core/udp-sec/connection/packet-receiver.ts",
    find: "if (counters.failedOpens < setup.limits.failedOpens) return plaintext;",
    replace: "if (counters.failedOpens > 0) return plaintext;",
  },
  run: () => {
    const victim = new Victim({ limits: { failedOpens: 50 } });
    for (let index = 0; index < 100; index += 1) {
      const forged = victim.peer.ping();
      forged[40] = (forged[40] ?? 0) ^ 1;
      victim.receive(forged);
    }
    return unlessEndedWith(victim, "AEAD_LIMIT", "100 forgeries where 50 are allowed");
  },
};

const numbersUsedUp: Attack = {
  id: "packet-numbers-used-up",
  aim: "makes the victim send until a nonce would have to be used twice",
  rule: "dsoftbus-transport.md#44-limits-of-keys",
  defence: {
    file: OPEN_STATE,
    find: 'if (numbers.isExhausted) return { kind: "close", code: "KEY_EXHAUSTED", reason: "packet numbers used up" };',
    replace: "",
  },
  run: () => {
    const victim = new Victim({ limits: { lastPacketNumber: 40 } });
    for (let round = 0; round < 60; round += 1) {
      victim.connection.sendPing(victim.nowMs);
      const pn = victim.flush().at(-1)?.header.packetNumber ?? 1;
      victim.receive(victim.peer.ping({ ack: Math.max(1, Math.min(pn, 40)) }));
    }
    return unlessEndedWith(victim, "KEY_EXHAUSTED", "packets leave past the last number that the key may seal");
  },
};

const silentSlot: Attack = {
  id: "a-slot-held-by-silence",
  aim: "vanishes and keeps its slot",
  rule: LIFE,
  defence: {
    file: OPEN_STATE,
    find: 'if (nowMs >= liveness.idleDeadlineMs) return { kind: "local", name: this.#areBothFinished ? "NO_ERROR" : "IDLE" };',
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    victim.advance(20_000);
    return victim.endName === undefined ? "the connection of a silent peer is still there after 20 s" : undefined;
  },
};

const blackHole: Attack = {
  id: "a-path-that-swallows-data",
  aim: "lets everything through but stream bytes, so that the victim's writers wait for ever",
  rule: LIFE,
  defence: {
    file: OPEN_STATE,
    find: 'if (nowMs >= this.#pathDeadlineMs) return { kind: "local", name: "PATH" };',
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    victim.connection.write(new Uint8Array(5_000), 0);
    keepAlive(victim, MINUTE_MS, () => victim.peer.ping());
    return unlessEndedWith(victim, "PATH", "nothing has arrived for a minute");
  },
};

export const exhaustionAttacks: readonly Attack[] = [
  zeroWindow,
  probeStorm,
  closeStorm,
  pingStorm,
  forgeryFlood,
  numbersUsedUp,
  silentSlot,
  blackHole,
];
