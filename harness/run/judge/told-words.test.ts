import { expect, test } from "vitest";
import { loadProfile } from "../../profiles/load.ts";
import { contentSeedOf, makeIdentity } from "../../topology/identities.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { halfProblem, toldWordsOf } from "./told-words.ts";

const plan = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" });
const words = toldWordsOf(plan);
const FRAMES = [{ file: "x.pcap", number: 7, message: "MSG1" }] as const;
const problem = (low: number, high: number): string | undefined =>
  halfProblem({ sessionId: { low, high }, frames: FRAMES }, words);

// Requirement: H-15
test.each([
  ["the content's seed", contentSeedOf("n", "a/selftest"), "a-selftest"],
  [
    "the first bytes of an identity's seed",
    Buffer.from(makeIdentity("n", "a/dsoftbusd").identitySeed, "hex").readUInt32LE(0),
    "a-dsoftbusd",
  ],
  [
    "the last bytes of a stranger's, the other way round",
    Buffer.from(makeIdentity("n", "a/selftest/stranger").identitySeed, "hex").readUInt32BE(28),
    "a-selftest",
  ],
])("a half that is %s", (_, half, whose) => {
  expect(problem(half, 5)).toMatch(
    new RegExp(`^half-random, by the initiator: .* ${whose} was told in secret \\(packet 7 of x.pcap`),
  );
  expect(problem(5, half)).toMatch(/^half-random, by the responder/);
});

test("any other half, and a session without an id", () => {
  expect([problem(5, 6), halfProblem({ sessionId: undefined, frames: FRAMES }, words)]).toEqual([undefined, undefined]);
  expect(words.size).toBeLessThan(100);
});
