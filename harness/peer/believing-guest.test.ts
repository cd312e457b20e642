/** A guest that compares nothing: the peer notices, and so does the observer. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { judgeLies } from "./judge-lies.ts";
import { JudgedLoopback } from "./judged-loopback.fixture.ts";

vi.mock("../../guest/services/messages/equal-bytes.ts", () => ({ equalBytes: () => true }));

let world: JudgedLoopback;
beforeAll(async () => void (world = await JudgedLoopback.start(false)));
afterAll(() => world.stop());

test.each(["byte-of-bulk-flipped", "control-request-with-another-digest", "echo-of-other-bytes"] as const)(
  "%s is believed",
  { timeout: 60_000 },
  async (lie) => {
    await expect(world.liar.tell(lie)).rejects.toMatchObject({ code: expect.stringMatching(/^PEER_/) as unknown });
    const { report, told } = world.judged();
    const { others, complaints } = judgeLies(report, told);
    expect(others.map(({ end }) => end)).toContain("responder");
    expect(complaints).toEqual([]);
  },
);

test(
  "an honest session passes all the same: who compares nothing shows only where somebody lies",
  { timeout: 60_000 },
  async () => {
    await world.liar.dialHonestly();
    const { report, told } = world.judged();
    expect(judgeLies(report, told)).toEqual({ others: [], complaints: [] });
  },
);
