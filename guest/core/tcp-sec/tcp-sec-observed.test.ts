/** What others rely on to see into a connection: its trace, its key log, its state. */
import { expect, test } from "vitest";
import { toHex } from "../bytes/hex.ts";
import { CipherState } from "../noise/cipher-state.ts";
import { ConnectionPair, crypto, pattern } from "./connection-pair.fixture.ts";
import { decodeRecord } from "./record.ts";

interface Told {
  readonly timeMs: number;
  readonly name: string;
  readonly session: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function traced(options: ConstructorParameters<typeof ConnectionPair>[0] = {}) {
  const told: Told[] = [];
  const trace = {
    event: (timeMs: number, name: string, session: string, data: Readonly<Record<string, unknown>>) =>
      void told.push({ timeMs, name, session, data }),
  };
  return { told, pair: new ConnectionPair({ ...options, options: { trace, ...options.options } }) };
}

test("the trace has the states of both sides, under one name, and what ended them", () => {
  const { told, pair } = traced();
  pair.settle();
  pair.nowMs = 7;
  pair.a.close(6, "enough", 7);
  pair.settle();
  expect(new Set(told.map(({ name }) => name))).toEqual(new Set(["connectivity:connection_state_updated"]));
  expect(told.map(({ timeMs, data }) => [timeMs, data])).toEqual([
    [0, { transport: "tcp", new: "established" }],
    [0, { transport: "tcp", new: "established" }],
    [7, { transport: "tcp", new: "closed", end: "APPLICATION", by: "local" }],
    [7, { transport: "tcp", new: "closed", end: "APPLICATION", by: "peer" }],
  ]);
  const [name = "", ...others] = new Set(told.map(({ session }) => session));
  expect([others, name]).toEqual([[], expect.stringMatching(/^[0-9a-f]{16}$/)]);
});

test("a handshake that fails is told without a name: none was agreed on", () => {
  const { told, pair } = traced();
  pair.a.poll(5_000);
  expect(told).toEqual([
    {
      ...{ timeMs: 5_000, name: "connectivity:connection_state_updated", session: "" },
      data: { transport: "tcp", new: "closed", end: "HANDSHAKE_TIMEOUT", by: "local" },
    },
  ]);
});

test.each(["a", "b"] as const)("the keys that %s logs open what each side sealed", (side) => {
  const logs: Uint8Array[][] = [];
  const keyLog = {
    ephemeral: () => undefined,
    sessionKeys: (_hash: string, initiator: Uint8Array, responder: Uint8Array) =>
      void logs.push([initiator.slice(), responder.slice()]),
  };
  const pair = new ConnectionPair({ options: { keyLog } }).settle();
  expect(logs.map((keys) => keys.map(toHex))).toEqual([logs[0]?.map(toHex), logs[0]?.map(toHex)]);
  const [initiatorKey, responderKey] = logs[side === "a" ? 1 : 0] ?? [];
  for (const [sender, key, records] of [
    [pair.a, initiatorKey, 0],
    // ACCEPT was the responder's first record.
    [pair.b, responderKey, 1],
  ] as const) {
    sender.write(pattern(9), 0);
    const cipher = new CipherState(crypto);
    cipher.initializeKey(key ?? new Uint8Array(32));
    cipher.setNonce(records);
    const sealed = sender.takeOutput(999, 0)?.subarray(2) ?? new Uint8Array(0);
    expect(decodeRecord(cipher.decryptWithAd(new Uint8Array(0), sealed))).toEqual({ kind: "data", bytes: pattern(9) });
  }
});

test("the state is that of a handshake until ACCEPT came", () => {
  const pair = new ConnectionPair();
  pair.step();
  pair.move(pair.a, pair.b);
  expect([pair.a.stats().state, pair.b.stats().state]).toEqual(["handshake", "established"]);
  pair.settle();
  expect(pair.a.stats().state).toBe("established");
  pair.a.close(0, "", 0);
  expect(pair.a.stats().state).toBe("ended");
});
