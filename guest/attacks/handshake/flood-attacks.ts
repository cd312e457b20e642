/** Strangers and half-strangers who want the responder's processor, its tables, or its answers aimed at somebody else. */
import type { Attack } from "../attack.ts";
import {
  answersOf,
  cookieFor,
  countOf,
  firstMessages,
  NO_RATE,
  stage,
  useUpRate,
  withBrokenMac1,
  withCookieField,
} from "./stage.ts";

const RULE = "dsoftbus-transport.md#34-mac1-retry-cookies";
const REPEATS = "dsoftbus-transport.md#35-repeats-deadlines-refusals";
const COOKIES = "guest/core/udp-sec/handshake/cookie-jar.ts";
const ACCEPTOR = "guest/core/udp-sec/handshake/acceptor.ts";
const ADMISSION = "guest/core/udp-sec/handshake/admission.ts";
const HALF_OPEN = "guest/core/udp-sec/handshake/half-open-table.ts";

const scanner: Attack = {
  id: "first-message-without-the-key",
  aim: "makes a responder compute, and answer, without knowing its public key",
  rule: RULE,
  defence: { file: ACCEPTOR, find: 'if (!this.#mac1.isValid(datagram)) return drop("bad-mac1");', replace: "" },
  run: () => {
    const on = stage();
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const answers = answersOf(on, on.responder, withBrokenMac1(msg1), on.dialler.address);
    return answers.length > 0 ? "an answer to a first message with a wrong mac1" : undefined;
  },
};

const oneAddressFast: Attack = {
  id: "many-dials-from-one-address",
  aim: "makes the responder compute as fast as one address can ask",
  rule: RULE,
  defence: { file: ADMISSION, find: " || !this.#rate.takeUnproven(source, nowMs)", replace: "" },
  run: () => {
    const on = stage();
    const answers = firstMessages(on, on.dialler, 14).flatMap((msg1) =>
      answersOf(on, on.responder, msg1, on.dialler.address),
    );
    const computed = countOf(answers, "MSG2");
    return computed > 5 ? `${computed} Diffie-Hellmans for one address at once` : undefined;
  },
};

const cookieSpent: Attack = {
  id: "one-cookie-for-many-dials",
  aim: "asks as fast as it can with a cookie that it honestly got",
  rule: RULE,
  defence: {
    file: ADMISSION,
    find: "const isWithinRate = this.#rate.takeProven(source, nowMs);",
    replace: "const isWithinRate = true;",
  },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const answers = firstMessages(on, on.dialler, 12).flatMap((msg1) => {
      const cookie = cookieFor(on, msg1, on.dialler.address);
      return answersOf(on, on.responder, withCookieField(msg1, cookie), on.dialler.address);
    });
    const computed = countOf(answers, "MSG2");
    return computed > 1 ? `${computed} Diffie-Hellmans where the rate allows one` : undefined;
  },
};

const ownTable: Attack = {
  id: "half-open-entries-of-one-address",
  aim: "fills the half-open table from one address",
  rule: RULE,
  defence: {
    file: HALF_OPEN,
    find: "if (ofSource !== undefined && ofSource.size >= this.#limits.perSource) this.#removeOldest(ofSource);\n    else if",
    replace: "if",
  },
  run: () => {
    const on = stage({ limits: { bucketBurst: 100 } });
    for (const msg1 of firstMessages(on, on.dialler, 40)) answersOf(on, on.responder, msg1, on.dialler.address);
    const { halfOpen } = on.responder.endpoint.stats();
    return halfOpen > 16 ? `${halfOpen} entries for one address` : undefined;
  },
};

const spoofedCrowd: Attack = {
  id: "a-crowd-without-cookies",
  aim: "fills the half-open table from addresses at which it doesn't receive",
  rule: RULE,
  defence: { file: ADMISSION, find: "halfOpen.size >= this.#limits.halfOpenBeforeRetry || ", replace: "" },
  run: () => {
    const on = stage();
    const messages = firstMessages(on, on.dialler, 200);
    for (const [index, msg1] of messages.entries()) {
      answersOf(on, on.responder, msg1, { host: `10.1.${index >> 4}.${index & 15}`, port: 1_000 });
    }
    const { halfOpen } = on.responder.endpoint.stats();
    return halfOpen > 128 ? `${halfOpen} entries for addresses that nobody proved` : undefined;
  },
};

const forever: Attack = {
  id: "half-open-for-ever",
  aim: "keeps an entry of the half-open table without ever going on",
  rule: RULE,
  defence: {
    file: HALF_OPEN,
    find: "if (nowMs < entry.createdMs + this.#limits.lifetimeMs) return;\n      this.remove(entry);",
    replace: "if (nowMs >= 0) return;",
  },
  run: () => {
    const on = stage();
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    answersOf(on, on.responder, msg1, on.dialler.address);
    on.wire.nowMs += 13_000;
    on.responder.endpoint.poll(on.wire.nowMs);
    return on.responder.endpoint.stats().halfOpen > 0 ? "an entry of 13 s" : undefined;
  },
};

const borrowedCookie: Attack = {
  id: "cookie-of-another-address",
  aim: "gets a cookie where it receives, and spends it from an address that isn't its own",
  rule: RULE,
  defence: { file: COOKIES, find: ".bytes(mapAddress(from.host))", replace: ".bytes(new Uint8Array(16))" },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const cookie = cookieFor(on, msg1, on.dialler.address);
    const victim = { host: "10.7.7.7", port: on.dialler.address.port };
    useUpRate(on, victim);
    const answers = answersOf(on, on.responder, withCookieField(msg1, cookie), victim);
    return countOf(answers, "MSG2") > 0 ? "a full-sized answer to an address that never asked" : undefined;
  },
};

const cookieOfAnotherPort: Attack = {
  id: "cookie-of-another-port",
  aim: "spends the cookie of a neighbour behind the same address",
  rule: RULE,
  defence: { file: COOKIES, find: ".u16(from.port)", replace: ".u16(0)" },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const cookie = cookieFor(on, msg1, on.dialler.address);
    const neighbour = { ...on.dialler.address, port: 9 };
    const answers = answersOf(on, on.responder, withCookieField(msg1, cookie), neighbour);
    return countOf(answers, "MSG2") > 0 ? "a cookie is good for every port of its address" : undefined;
  },
};

const cookieOfAnotherDial: Attack = {
  id: "cookie-of-another-dial",
  aim: "spends one cookie on any number of handshakes",
  rule: RULE,
  defence: { file: COOKIES, find: ".u32(sessionLow)", replace: ".u32(0)" },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = firstMessages(on, on.dialler, 2);
    const cookie = cookieFor(on, first, on.dialler.address);
    const answers = answersOf(on, on.responder, withCookieField(second, cookie), on.dialler.address);
    return countOf(answers, "MSG2") > 0 ? "a cookie is good for every handshake of its address" : undefined;
  },
};

const staleCookie: Attack = {
  id: "cookie-of-yesterday",
  aim: "collects cookies of addresses that it once had, and spends them later",
  rule: RULE,
  defence: {
    file: COOKIES,
    find: "if (secrets !== undefined && nowMs - secrets.sinceMs < COOKIE_ROTATION_MS) return secrets;",
    replace: "if (secrets !== undefined) return secrets;",
  },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const cookie = cookieFor(on, msg1, on.dialler.address);
    on.wire.nowMs += 10 * 60_000;
    const answers = answersOf(on, on.responder, withCookieField(msg1, cookie), on.dialler.address);
    return countOf(answers, "MSG2") > 0 ? "a cookie of ten minutes ago" : undefined;
  },
};

const refusedAgain: Attack = {
  id: "refusal-asked-for-again-and-again",
  aim: "repeats a refused MSG3 to have its answer sent each time, to an address of its choice",
  rule: REPEATS,
  defence: {
    file: ACCEPTOR,
    find: 'if (nowMs - state.lastSentMs < THROTTLE_MS) return drop("repeat-throttled");',
    replace: "",
  },
  run: () => {
    const on = stage({ accept: { authorise: () => false } });
    on.wire.dial(on.dialler, on.responder);
    on.wire.settle();
    const msg3 = on.wire.sentOf("MSG3")[0]?.datagram.slice() ?? new Uint8Array(0);
    let answers = 0;
    for (let index = 0; index < 50; index += 1) {
      answers += answersOf(on, on.responder, msg3, on.dialler.address).length;
    }
    return answers > 1 ? `${answers} refusals in one instant` : undefined;
  },
};

const msg3Again: Attack = {
  id: "msg3-repeated-for-pings",
  aim: "repeats the MSG3 of a living connection to have a PING sent each time",
  rule: REPEATS,
  defence: {
    file: "guest/core/udp-sec/endpoint/connection-registry.ts",
    find: 'if (nowMs - entry.lastMsg3PingMs < THROTTLE_MS) return "repeat-throttled";',
    replace: "",
  },
  run: () => {
    const on = stage();
    on.wire.dial(on.dialler, on.responder);
    on.wire.settle();
    const msg3 = on.wire.sentOf("MSG3")[0]?.datagram.slice() ?? new Uint8Array(0);
    let pings = 0;
    for (let index = 0; index < 50; index += 1) {
      pings += answersOf(on, on.responder, msg3, on.dialler.address).length;
    }
    return pings > 1 ? `${pings} PINGs in one instant` : undefined;
  },
};

const retryStorm: Attack = {
  id: "one-retry-replayed",
  aim: "replays an honest RETRY, to make the dialler send a full-sized message each time",
  rule: RULE,
  defence: {
    file: "guest/core/udp-sec/handshake/initiator-handshake.ts",
    find: 'if (phase.lastRetryMs !== undefined && nowMs - phase.lastRetryMs < THROTTLE_MS) return "retry-throttled";',
    replace: "",
  },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const retry = answersOf(on, on.responder, msg1, on.dialler.address)[0] ?? new Uint8Array(0);
    let messages = 0;
    for (let index = 0; index < 50; index += 1) {
      messages += answersOf(on, on.dialler, retry, on.responder.address).length;
    }
    return messages > 1 ? `${messages} first messages for one RETRY` : undefined;
  },
};

const forgedRetry: Attack = {
  id: "retry-without-its-tag",
  aim: "somebody off the path plants a cookie that no responder gave, so that the dial never succeeds",
  rule: RULE,
  defence: {
    file: "guest/core/udp-sec/handshake/mac1.ts",
    find: "constantTimeEqual(expected, retry.subarray(tagAt)) ? retry",
    replace: "expected.length > 0 ? retry",
  },
  run: () => {
    const on = stage(NO_RATE);
    useUpRate(on, on.dialler.address);
    const [msg1 = new Uint8Array(0)] = firstMessages(on, on.dialler, 1);
    const retry = answersOf(on, on.responder, msg1, on.dialler.address)[0] ?? new Uint8Array(0);
    const forged = retry.slice();
    forged.fill(7, 26);
    const answers = answersOf(on, on.dialler, forged, on.responder.address);
    return answers.length > 0 ? "the dialler goes on with a forged cookie" : undefined;
  },
};

export const floodAttacks: readonly Attack[] = [
  scanner,
  oneAddressFast,
  cookieSpent,
  ownTable,
  spoofedCrowd,
  forever,
  borrowedCookie,
  cookieOfAnotherPort,
  cookieOfAnotherDial,
  staleCookie,
  refusedAgain,
  msg3Again,
  retryStorm,
  forgedRetry,
];
