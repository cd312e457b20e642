/** How fast a peer dials over TCP, and when it does so again: on a clock of the test's own. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { deviceNamed } from "../judged-loopback.fixture.ts";
import { TcpLiar } from "../tcp-liar.ts";
import type * as ChangesModule from "../transport/changes.ts";
import { PeerTcpListener } from "../transport/peer-tcp-listener.ts";
import { TcpStage } from "./tcp-stage.ts";

const clock = vi.hoisted(() => ({ nowMs: 0 }));

vi.mock("../transport/changes.ts", async (original) => {
  const passed = (ms: number): Promise<void> => Promise.resolve(void (clock.nowMs += ms));
  return { ...(await original<typeof ChangesModule>()), passed };
});

beforeEach(() => {
  clock.nowMs = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => clock.nowMs);
});
afterEach(() => void vi.restoreAllMocks());

/** A guest that lets nobody in, and ends TCP without a word. @param lateMs what it takes for message 2 */
async function dialsOf(lateMs: number) {
  const dialledMs: number[] = [];
  const listener = await PeerTcpListener.open({
    ...{ self: deviceNamed("guest"), accepts: new Set<string>(), onEphemeral: () => undefined },
    proofFor: () => void (clock.nowMs += lateMs),
    onSession: () => undefined,
  });
  onTestFinished(() => listener.end());
  const setup = {
    ...{ self: deviceNamed("peer"), stranger: deviceNamed("stranger"), onEphemeral: () => undefined },
    guest: { ...deviceNamed("guest"), place: listener.place },
    onSocket: () => void dialledMs.push(clock.nowMs),
  };
  return { setup, dialledMs };
}

test("who dials again at once waits until the guest's rate has earned two more handshakes", async () => {
  const { setup, dialledMs } = await dialsOf(0);
  const stage = new TcpStage(setup);
  onTestFinished(() => stage.end());
  await stage.dial();
  clock.nowMs += 30;
  await stage.dial();
  clock.nowMs += 500;
  await stage.dial();
  expect(dialledMs).toEqual([1_000, 1_100, 1_600]);
});

test.each([
  ["early is told so", 3_999, 1],
  ["when its own deadline may have passed is asked again, but not for ever", 4_000, 3],
])("a guest that ends TCP without a word %s", async (_, lateMs, dials) => {
  const { setup, dialledMs } = await dialsOf(lateMs);
  const liar = await TcpLiar.start(setup);
  onTestFinished(() => liar.end());
  // The first is where it listens itself.
  dialledMs.length = 0;
  await expect(liar.tell("tcp-not-in-the-table")).rejects.toThrow("the guest ends TCP without CLOSE");
  expect(dialledMs).toHaveLength(dials);
});
