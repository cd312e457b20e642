import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { classifyExit, shutdownReason } from "./machine-exit.ts";
import type { EndObservations } from "./machine-exit.ts";
import { MAX_QMP_BYTES, MAX_QMP_LINE_BYTES, QmpConnection, QmpError } from "./qmp.ts";
import type { QmpEvent } from "./qmp.ts";

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

/** QEMU's end of the channel. */
class Peer extends Duplex {
  readonly sent: string[] = [];
  onCommand: (command: { execute: string; id: number }) => void = () => undefined;
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(chunk.toString().trimEnd());
    this.onCommand(JSON.parse(chunk.toString()) as { execute: string; id: number });
    done();
  }
  say(text: string): void {
    this.push(text);
  }
}

function connect(): { peer: Peer; qmp: QmpConnection; events: QmpEvent[] } {
  const peer = new Peer();
  const events: QmpEvent[] = [];
  return { peer, events, qmp: new QmpConnection(peer, { onEvent: (event) => events.push(event) }) };
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof QmpError ? error.code : error),
  );

describe("QmpConnection", () => {
  it("negotiates, and tells events that come between command and answer, in any pieces", async () => {
    const { peer, qmp, events } = connect();
    peer.onCommand = ({ id }) => {
      const text = `{"event":"RESUME","timestamp":{}}\r\n{"return":{"n":1},"id":${id}}\r\n`;
      for (const character of text) peer.say(character);
    };
    peer.say(GREETING);
    await qmp.negotiate();
    expect(await qmp.execute("query-status")).toEqual({ n: 1 });
    expect(events.map(({ event }) => event)).toEqual(["RESUME", "RESUME"]);
    expect(peer.sent.map((line) => (JSON.parse(line) as { execute: string }).execute)).toEqual([
      "qmp_capabilities",
      "query-status",
    ]);
  });

  it("gives each answer to its own command", async () => {
    const { peer, qmp } = connect();
    const both = Promise.all([qmp.execute("first"), codeOf(qmp.execute("second")), qmp.execute("third")]);
    peer.say('{"return":3,"id":3}\n{"error":{"class":"GenericError","desc":"no"},"id":2}\n{"return":1,"id":1}\n');
    expect(await both).toEqual([1, "qmp-refused", 3]);
  });

  it("fails what is pending, and what comes later, when QEMU hangs up", async () => {
    const { peer, qmp } = connect();
    const pending = codeOf(qmp.execute("quit"));
    peer.destroy();
    await qmp.closed;
    expect([await pending, await codeOf(qmp.execute("late")), await codeOf(qmp.negotiate())]).toEqual([
      "qmp-closed",
      "qmp-closed",
      "qmp-closed",
    ]);
  });

  it.each(["SSH-2.0-OpenSSH\n", '{"hello":1}\n', "[]\n"])("fails on what is not QMP: %j", async (text) => {
    const { peer, qmp } = connect();
    const pending = codeOf(qmp.negotiate());
    peer.say(text);
    expect(await pending).toBe("qmp-protocol");
  });

  it.each([
    [MAX_QMP_LINE_BYTES, "qmp-closed"],
    [MAX_QMP_LINE_BYTES + 1, "qmp-protocol"],
  ])("a line of %i bytes without an end gives %s", async (length, code) => {
    const { peer, qmp } = connect();
    const pending = codeOf(qmp.execute("query-status"));
    peer.say("x".repeat(length));
    peer.push(null);
    peer.once("end", () => peer.destroy());
    expect(await pending).toBe(code);
  });
});

it.each([
  [MAX_QMP_BYTES, undefined],
  [MAX_QMP_BYTES + 2, "qmp-protocol"],
])("%i bytes in one run: the channel's failure is %s", async (length, code) => {
  const { peer, qmp } = connect();
  peer.say("\r\n".repeat(length / 2));
  await new Promise((resolve) => setImmediate(resolve));
  expect(qmp.failure?.code).toBe(code);
  qmp.close();
});

describe("classifyExit", () => {
  const nothing: EndObservations = {
    flooded: undefined,
    controlLost: undefined,
    shutdownReason: undefined,
    stoppedStatus: undefined,
    endedByHarness: false,
    signal: undefined,
    exitCode: 0,
    stderr: "",
  };

  it.each<[string, Partial<EndObservations>, unknown]>([
    ["power-off", { shutdownReason: "guest-shutdown" }, { kind: "guest-shutdown" }],
    ["a panic, though QEMU exits with 0", { shutdownReason: "guest-reset" }, { kind: "guest-reset" }],
    [
      "a power-off that came before the harness's kill",
      { shutdownReason: "guest-shutdown", endedByHarness: true },
      { kind: "guest-shutdown" },
    ],
    [
      "KVM gave up",
      { stoppedStatus: "internal-error", signal: "SIGKILL" },
      { kind: "stopped", status: "internal-error" },
    ],
    [
      "a QEMU that crashes after the guest's power-off",
      { shutdownReason: "guest-shutdown", signal: "SIGSEGV", exitCode: undefined },
      { kind: "died-after-power-off", how: "SIGSEGV" },
    ],
    ["lost control", { controlLost: "not JSON", signal: "SIGKILL" }, { kind: "control-lost", detail: "not JSON" }],
    [
      "a flood, whatever else was seen",
      { flooded: "vm-events.ndjson", shutdownReason: "guest-shutdown" },
      { kind: "flooded", detail: "vm-events.ndjson" },
    ],
    ["the harness's wish", { shutdownReason: "host-qmp-quit", endedByHarness: true }, { kind: "ended" }],
    ["kill -9 by somebody", { signal: "SIGKILL", exitCode: undefined }, { kind: "signal", signal: "SIGKILL" }],
    ["a signal that QEMU caught", { shutdownReason: "host-signal" }, { kind: "signal", signal: "unknown" }],
    [
      "a power-off that QMP doesn't tell, on a machine that has no event for it",
      { tellsPowerOff: false },
      { kind: "guest-shutdown" },
    ],
    ["the same end of a machine that has one", { tellsPowerOff: true }, { kind: "error", exitCode: 0, stderr: "" }],
    [
      "the harness's quit on a machine without the event",
      { tellsPowerOff: false, endedByHarness: true },
      { kind: "ended" },
    ],
    [
      "a kill of a machine without the event",
      { tellsPowerOff: false, signal: "SIGKILL", exitCode: undefined },
      { kind: "signal", signal: "SIGKILL" },
    ],
    [
      "a status by which such a guest tells that it failed",
      { tellsPowerOff: false, exitCode: 1 },
      { kind: "error", exitCode: 1, stderr: "" },
    ],
    ["QEMU refused its options", { exitCode: 1, stderr: "bad" }, { kind: "error", exitCode: 1, stderr: "bad" }],
  ])("%s", (_, seen, expected) => {
    expect(classifyExit({ ...nothing, ...seen })).toEqual(expected);
  });

  it("reads the reason of SHUTDOWN alone", () => {
    expect(shutdownReason({ event: "SHUTDOWN", data: { guest: true, reason: "guest-reset" } })).toBe("guest-reset");
    expect(shutdownReason({ event: "STOP", data: { reason: "guest-reset" } })).toBeUndefined();
  });
});
