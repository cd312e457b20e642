import { expect, test } from "vitest";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import type { ServiceContext } from "../serving/service.ts";
import { SINK } from "./sink-server.ts";

/** As much of a session as sinks look at. */
function fakeSession() {
  let end: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (end = resolve));
  return { session: { closed } as unknown as BusSession, end };
}

const contextOf = (session: BusSession, key: string) => ({ session, key }) as unknown as ServiceContext;
const serveSink = SINK.create({ onVerified: () => undefined, status: async () => ({}) });
const settled = async (work: Promise<void>): Promise<boolean> => {
  let isSettled = false;
  void work.then(() => (isSettled = true));
  await new Promise(setImmediate);
  return isSettled;
};

test("a sink that its opener reset is given up when the next comes: a peer can't pile them up", async () => {
  const { session } = fakeSession();
  const stream = { isDone: false };
  const first = serveSink(stream as BusStream, contextOf(session, "1"));
  const second = serveSink({ isDone: false } as BusStream, contextOf(session, "2"));
  expect(await settled(first)).toBe(false);
  stream.isDone = true;
  void serveSink({ isDone: false } as BusStream, contextOf(session, "3"));
  expect([await settled(first), await settled(second)]).toEqual([true, false]);
});

test("all sinks of a session end with it", async () => {
  const { session, end } = fakeSession();
  const all = ["1", "2"].map((key) => serveSink({ isDone: false } as BusStream, contextOf(session, key)));
  end();
  expect(await Promise.all(all.map(settled))).toEqual([true, true]);
});
