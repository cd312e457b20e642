/** Every lie over TCP against the guest's own stack: what the guest must do it does, and the observer sees who has lied. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOOPBACK } from "../../guest/bus/loopback.fixture.ts";
import { judgeLies } from "./judge-lies.ts";
import { deviceNamed } from "./judged-loopback.fixture.ts";
import { JudgedTcpLoopback } from "./judged-tcp-loopback.fixture.ts";
import { LIE_NAMES, LIES } from "./lies/index.ts";
import { OpenTcpSession } from "./lies/open-tcp-session.ts";
import { HONEST_SERVICES } from "./services/all-services.ts";
import { exchangeTwice } from "./services/control-peer.ts";
import { PeerTcp } from "./transport/peer-tcp.ts";
import { dialOverTcp } from "./transport/peer-tcp-dial.ts";

const PATIENCE_MS = 60_000;

let world: JudgedTcpLoopback;

/** @returns what the observer has against anybody, and what the liar must answer for */
function complaints(): readonly unknown[] {
  const { report, told } = world.judged();
  const { others, complaints: ofLiar } = judgeLies(report, told);
  return [...others, ...ofLiar, ...report.unjudged];
}

describe("a peer that dials over TCP", () => {
  beforeAll(async () => void (world = await JudgedTcpLoopback.start(false)));
  afterAll(() => world.stop());

  test("an honest session passes, and the observer follows it to its end", { timeout: PATIENCE_MS }, async () => {
    await world.liar.dialHonestly();
    const { report, told } = world.judged();
    expect(judgeLies(report, told)).toEqual({ others: [], complaints: [] });
    expect(report).toMatchObject({ verdict: "kept", sessions: [{ transport: "tcp", outcome: "followed" }] });
  });

  const dialled = LIE_NAMES.filter((name) => LIES[name].by === "initiator" && LIES[name].over === "tcp");
  test.each(dialled)("%s", { timeout: PATIENCE_MS }, async (name) => {
    await world.liar.tell(name);
    expect(complaints()).toEqual([]);
  });

  test("the guest lets an honest peer in after all of them", { timeout: PATIENCE_MS }, async () => {
    await world.liar.dialHonestly();
    expect(complaints()).toEqual([]);
  });
});

describe("a peer that is dialled over TCP", () => {
  beforeAll(async () => void (world = await JudgedTcpLoopback.start(true)));
  afterAll(() => world.stop());

  test("an honest one is greeted", { timeout: PATIENCE_MS }, async () => {
    await world.liar.serveHonestly();
    expect(complaints()).toEqual([]);
  });

  test("tcp-answer-of-another-device", { timeout: PATIENCE_MS }, async () => {
    await world.liar.tell("tcp-answer-of-another-device");
    expect(complaints()).toEqual([]);
  });
});

test(
  "a dial that the guest has given up before its greeting is not the one that is looked at",
  { timeout: PATIENCE_MS },
  async () => {
    const early = await JudgedTcpLoopback.start(false);
    const served = early.liar.serveHonestly();
    const peer = deviceNamed("peer");
    const target = { ...peer, place: { address: LOOPBACK, port: early.liar.port } };
    const tcp = await PeerTcp.dial(target.place);
    const given = await dialOverTcp({ tcp, self: deviceNamed("guest"), target, onEphemeral: () => undefined });
    await given.changes.until("ACCEPT", () => (given.isAccepted ? true : undefined));
    tcp.end();
    const late = await PeerTcp.dial(target.place);
    const session = await dialOverTcp({ tcp: late, self: deviceNamed("guest"), target, onEphemeral: () => undefined });
    const open = new OpenTcpSession(session, HONEST_SERVICES);
    await open.isAccepted();
    await exchangeTwice(open.mux.open("control", 0));
    await served;
    await early.stop();
  },
);
