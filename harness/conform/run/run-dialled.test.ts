/** Who dials, or doesn't: cases for which a target has to dial. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { deviceOfSeed } from "../../observer/crypto/device.ts";
import { passed, PeerError } from "../../peer/transport/changes.ts";
import { PeerSocket, type SocketPlace } from "../../peer/transport/peer-socket.ts";
import type { DiallingCase } from "../stage/conform-case.ts";
import { DialledPlace } from "../stage/dialled-place.ts";
import type { DialledLane, Ground } from "../stage/ground.ts";
import { runSuite, type SuiteResult } from "./run-suite.ts";

const PATIENCE_MS = 1_000;
const DEVICE = deviceOfSeed(new Uint8Array(32).fill(9));
const signal = new AbortController().signal;
const places: DialledPlace[] = [];
let at: DialledPlace;
beforeEach(async () => {
  at = await DialledPlace.open({ address: "127.0.0.1", port: 0 }, DEVICE, PATIENCE_MS);
  places.push(at);
});
afterAll(() => places.forEach((place) => place.end()));

const made = (id: DiallingCase["id"], run: DiallingCase["run"], mode: DiallingCase["mode"] = "auto"): DiallingCase => ({
  ...{ id, requirements: ["H-1"], sends: "something", must: "dial", over: "udp", target: "dials", mode, run },
});
const waiting = (id: DiallingCase["id"]): DiallingCase => made(id, async (stage) => void (await stage.msg1()));

function groundOf(start: () => Promise<void>, lane: Partial<DialledLane> = {}): Ground {
  const full = { at, targetId: DEVICE.deviceId, stranger: DEVICE, mode: "auto", dialPatienceMs: 300, ...lane } as const;
  const diallers = { isTogether: false, hint: "dial!", laneOf: () => Promise.resolve(full), start };
  return { lanes: [], alone: undefined, diallers, gone: undefined, end: () => Promise.resolve() };
}

const verdicts = ({ results }: SuiteResult): string[] => results.map(({ verdict }) => verdict);

/** A datagram that is no MSG1 shows that somebody is there. */
async function greet(place: SocketPlace): Promise<void> {
  const socket = await PeerSocket.open(undefined, { address: "127.0.0.1", port: 0 });
  socket.send(Uint8Array.of(1), place);
  await passed(20);
  socket.close();
}

test("nobody who ever dials is told after the first case, and breaks no rule", async () => {
  const cases = [waiting("3.1/one"), waiting("3.1/two"), waiting("3.1/three")];
  const startedMs = performance.now();
  const suite = await runSuite(
    cases,
    groundOf(() => Promise.resolve()),
    { patienceMs: PATIENCE_MS, signal },
  );
  expect(verdicts(suite)).toEqual(["inconclusive", "inconclusive", "inconclusive"]);
  expect(suite.error).toMatchObject({ code: "conform-nobody", hint: "dial!" });
  expect(suite.error?.message).toContain("300 ms passed without a MSG1 of the target's");
  expect(performance.now() - startedMs).toBeLessThan(3 * 300);
});

test("who dials no more after a case is gone: that case fails, the rest is inconclusive", async () => {
  const heard = made("3.1/one", async (stage) => {
    await stage.changes.until("anything", () => stage.heard[0]);
  });
  let starts = 0;
  const start = (): Promise<void> => ((starts += 1) === 1 ? greet(at.place) : Promise.resolve());
  const cases = [heard, waiting("3.1/two"), waiting("3.1/three")];
  const suite = await runSuite(cases, groundOf(start), { patienceMs: PATIENCE_MS, signal });
  expect(verdicts(suite)).toEqual(["pass", "fail", "inconclusive"]);
  expect(suite.error).toMatchObject({ code: "conform-target-gone", kind: "check-failed" });
  expect(suite.error?.message).toContain("since 3.1/two");
});

test("who has ended before it dialled is not waited for", async () => {
  const ground = groundOf(() => Promise.resolve(at.lose("the dial command ended with status 1")), {
    dialPatienceMs: 60_000,
  });
  const suite = await runSuite([waiting("3.1/one")], ground, { patienceMs: PATIENCE_MS, signal });
  expect(suite.error?.message).toMatch(/nobody dials .*: the dial command ended with status 1$/);
});

test("who crashed fails, though the case has seen nothing of it", async () => {
  const heard = made("3.1/one", async (stage) => void (await stage.changes.until("anything", () => stage.heard[0])));
  const ground = groundOf(() => greet(at.place), { stop: () => Promise.resolve("the dialler crashed: SIGSEGV") });
  const suite = await runSuite([heard], ground, { patienceMs: PATIENCE_MS, signal });
  expect(suite.results[0]).toMatchObject({ verdict: "fail", detail: "the dialler crashed: SIGSEGV" });
});

test("nobody is started for a case that the dialler's mode rules out", async () => {
  let starts = 0;
  const ground = groundOf(() => Promise.resolve(void (starts += 1)));
  const one = made("11/one", () => Promise.reject(new PeerError("PEER_TIMEOUT", "nothing")), "tcp");
  const suite = await runSuite([one], ground, { patienceMs: PATIENCE_MS, signal });
  expect([verdicts(suite), starts]).toEqual([["inconclusive"], 0]);
});

test("whoever wants out waits for no dial", async () => {
  const abort = new AbortController();
  const startedMs = performance.now();
  const ground = groundOf(() => Promise.resolve(abort.abort("SIGINT")), { dialPatienceMs: 60_000 });
  const suite = await runSuite([waiting("3.1/one")], ground, { patienceMs: PATIENCE_MS, signal: abort.signal });
  expect([verdicts(suite), suite.error]).toEqual([[], undefined]);
  expect(performance.now() - startedMs).toBeLessThan(PATIENCE_MS);
});
