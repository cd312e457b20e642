import { describe, expect, it } from "vitest";
import type { CapturedFrame, Direction } from "../../capture/captured-frame.ts";
import { HOST_A, HOST_B, tcp, u32le, u64le, udp } from "../capture-writer.fixture.ts";
import type { CongestionSample, EvidenceInput } from "../scene/evidence-input.ts";
import {
  BULK_BYTES,
  CANARY,
  CLIENT_PORT,
  header,
  KEYS,
  PORT,
  seal,
  SESSION_ID,
  udpFrames,
  udpRun,
} from "../recorded-run.fixture.ts";
import { RULES } from "./index.ts";
import type { Judgement } from "./rule.ts";
import { sceneOf } from "../scene/scene.ts";

const SECOND_US = 1_000_000;
type Step = Pick<CapturedFrame, "bytes" | "timeUs"> & {
  readonly fromA: boolean;
  readonly comment?: string;
  readonly lost?: boolean;
  /** What the path made of it. */
  readonly arrives?: Buffer;
};

/** One frame per millisecond. */
function steps(change: (run: ReturnType<typeof udpRun>) => void = () => undefined): Step[] {
  const run = udpRun();
  change(run);
  return udpFrames(run).map(({ bytes, fromInitiator }, at) => ({ bytes, fromA: fromInitiator, timeUs: at * 1000 }));
}

function frame({ bytes, timeUs, comment }: Step, direction: Direction): CapturedFrame {
  return { bytes, wireLength: bytes.length, timeUs, direction, comments: comment === undefined ? [] : [comment] };
}

/** NICs of who dials and of who is dialled. */
const TWO_MACHINES = ["a.0", "b.0"] as const;
const ONE_MACHINE = ["a.1", "a.0"] as const;

/** The same frames as two NICs' own files (no directions in them) and as the switch saw them. */
function judge(
  id: string,
  all: readonly Step[],
  input: Partial<EvidenceInput> = {},
  [dialler, dialled]: readonly [string, string] = TWO_MACHINES,
): Judgement {
  const at = (isA: boolean, isSwitch: boolean): CapturedFrame[] =>
    all.flatMap((step) => {
      const isSender = step.fromA === isA;
      if (!isSender && step.lost === true) return [];
      const seen = isSwitch || isSender ? step : { ...step, comment: undefined };
      const { comment, ...rest } = seen;
      const bare = !isSender && step.arrives !== undefined ? { ...rest, bytes: step.arrives } : rest;
      const said = isSender && comment !== undefined ? { ...bare, comment } : bare;
      return [frame(said, isSwitch ? (isSender ? "sent" : "received") : "unknown")];
    });
  const nic = (name: string, mac: string, isA: boolean) => ({
    source: { node: name.slice(0, 1), nic: Number(name.slice(2)), path: `${name}.pcap`, mac },
    file: { interfaces: [{ name: undefined, frames: at(isA, false) }], cutShort: false },
  });
  const interfaces = [
    { name: dialler, frames: at(true, true) },
    { name: dialled, frames: at(false, true) },
  ];
  const captures = [
    nic(dialler, HOST_A.mac, true),
    nic(dialled, HOST_B.mac, false),
    { source: { node: "fabric", nic: 0, path: "fabric.pcapng" }, file: { interfaces, cutShort: false } },
  ];
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule === undefined) throw new RangeError(`no rule ${id}`);
  const base = {
    captures: [],
    sessionPort: PORT,
    keys: [KEYS],
    counters: [],
    markers: [],
    canary: CANARY,
    lossy: true,
  };
  return rule.judge(sceneOf({ ...base, bulkBytes: BULK_BYTES, ...input }, captures), 1);
}

const drop = (link: string, reason = "drop"): Partial<Step> => ({
  lost: true,
  comment: `dropped: ${reason} (${link}, f #3)`,
});

describe("faults-seen", () => {
  const faults = [
    { from: "a", to: "b", reason: "drop" },
    { from: "b", to: "a", reason: "drop" },
  ];
  const dropped = (both: boolean): Step[] =>
    steps().map((step, at) => {
      if (at === 4) return { ...step, ...drop("a.0>b.0") };
      return both && at === 13 ? { ...step, ...drop("b.0>a.0") } : step;
    });

  it("wants loss in each direction that it was asked for", () => {
    expect(judge("faults-seen", dropped(true), { faults })).toEqual({
      finding: "confirmed",
      saw: "a>b drop 1 of 10 frames; b>a drop 1 of 9 frames",
    });
    expect(judge("faults-seen", dropped(false), { faults }).finding).toBe("contradicted");
  });

  it("tells the NICs of one machine apart, and knows a machine by any of its own", () => {
    const lost = steps().map((step, at) => (at === 4 ? { ...step, ...drop("a.1>a.0") } : step));
    const asked = (from: string, to: string): Judgement =>
      judge("faults-seen", lost, { faults: [{ from, to, reason: "drop" }] }, ONE_MACHINE);
    expect(asked("a.1", "a.0")).toEqual({ finding: "confirmed", saw: "a.1>a.0 drop 1 of 10 frames" });
    expect(asked("a.0", "a.1")).toEqual({
      ...{ finding: "contradicted", saw: "a.0>a.1 drop 0 of 9 frames", isAbsence: true },
    });
    expect(asked("a", "a.0").finding).toBe("confirmed");
    expect(asked("*", "*").finding).toBe("confirmed");
  });

  it("lets a size limit meet nobody on the way back, but not nobody at all", () => {
    const limits = faults.map((fault) => ({ ...fault, reason: "size-limit" }));
    const met = steps().map((step, at) => (at === 0 ? { ...step, ...drop("a.0>b.0", "size-limit") } : step));
    expect(judge("faults-seen", met, { faults: limits }).finding).toBe("confirmed");
    expect(judge("faults-seen", steps(), { faults: limits }).finding).toBe("contradicted");
  });

  it("counts a frame that met two faults for both", () => {
    const both = [
      { from: "a", to: "b", reason: "duplicate" },
      { from: "a", to: "b", reason: "corrupt" },
    ];
    const met = steps().map((step, at) =>
      at === 4 ? { ...step, comment: "duplicate+corrupt (a.0>b.0, f #4)" } : step,
    );
    expect(judge("faults-seen", met, { faults: both }).saw).toBe(
      "a>b duplicate 1 of 10 frames; a>b corrupt 1 of 10 frames",
    );
  });
});

describe("cwnd-reacted", () => {
  const samples = (windows: readonly number[], connection = SESSION_ID): CongestionSample[] =>
    windows.map((cwndBytes, at) => ({ node: "a", source: "selftest", connection, atMs: at, cwndBytes }));
  const retransmitting = steps((run) => run.up.push({ pn: 99, offset: 0, bytes: run.up[0]?.bytes ?? Buffer.alloc(1) }));
  const verdict = (all: readonly Step[], congestion: CongestionSample[]): string =>
    judge("cwnd-reacted", all, { congestion }).finding;

  it("wants a fall, growth after it, and the same session's bytes again on the wire", () => {
    expect(judge("cwnd-reacted", retransmitting, { congestion: samples([12_000, 24_000, 12_000, 13_200]) })).toEqual({
      finding: "confirmed",
      saw: "a/selftest: cwnd 24000, down to 12000, up to 13200 in 4 samples; 1000 bytes left again, 9594 at once",
    });
    expect(verdict(retransmitting, samples([12_000, 24_000, 12_000, 13_199]))).toBe("contradicted");
    expect(verdict(retransmitting, samples([12_000, 24_000, 18_001, 20_000]))).toBe("contradicted");
    expect(verdict(steps(), samples([24_000, 12_000, 13_200]))).toBe("contradicted");
    expect(verdict(retransmitting, samples([24_000, 12_000, 13_200], "00".repeat(8)))).toBe("contradicted");
    expect(verdict(retransmitting, [])).toBe("contradicted");
  });

  it("believes no window that was never used: more than the least one was on its way at once", () => {
    const congestion = samples([12_000, 24_000, 12_000, 13_200]);
    const first = (packets: number): Step[] =>
      steps((run) => {
        run.up.splice(packets);
        run.up.push({ pn: 99, offset: 0, bytes: run.up[0]?.bytes ?? Buffer.alloc(1) });
      });
    expect(judge("cwnd-reacted", first(2), { congestion })).toEqual({
      finding: "contradicted",
      isAbsence: true,
      saw: "4 samples of 1 sender: of those that fell none ever used more than the least window: 3198 bytes at once",
    });
    expect(judge("cwnd-reacted", first(3), { congestion }).finding).toBe("confirmed");
  });
});

describe("of one machine", () => {
  it("cwnd-reacted asks the NIC of whose window it was: what the other one sent again explains nothing", () => {
    const again = steps((run) => run.up.push({ pn: 99, offset: 0, bytes: run.up[0]?.bytes ?? Buffer.alloc(1) }));
    const verdict = (nic: string): string => {
      const congestion = [24_000, 12_000, 13_200].map((cwndBytes, atMs): CongestionSample => {
        return { ...{ node: "a", source: "one", nic, connection: SESSION_ID }, atMs, cwndBytes };
      });
      return judge("cwnd-reacted", again, { congestion }, ONE_MACHINE).finding;
    };
    expect([verdict("a.1"), verdict("a.0")]).toEqual(["confirmed", "contradicted"]);
  });

  it("every-pair knows which of its NICs dialled", () => {
    const verdict = (from: string, to: string): string =>
      judge("every-pair", steps(), { dials: [{ from, to }] }, ONE_MACHINE).finding;
    expect([verdict("a.1", "a.0"), verdict("a.0", "a.1")]).toEqual(["confirmed", "contradicted"]);
  });
});

describe("same-stream-both-ends", () => {
  it("compares what opens at the two NICs, and wants the bulk in it", () => {
    expect(judge("same-stream-both-ends", steps())).toMatchObject({ finding: "confirmed" });
    const hole = steps().map((step, at) => (at === 5 ? { ...step, lost: true } : step));
    expect(judge("same-stream-both-ends", hole, { bulkBytes: 8_000 }).finding).toBe("confirmed");
    const holes = steps().map((step, at) => (at === 5 || at === 13 ? { ...step, lost: true } : step));
    expect(judge("same-stream-both-ends", holes, { bulkBytes: 8_000 }).finding).toBe("contradicted");
    expect(judge("same-stream-both-ends", steps(), { keys: [] }).finding).toBe("contradicted");
  });
});

describe("outage-survived", () => {
  const faults = [{ from: "a", to: "b", reason: "blackhole", lengthMs: 2000 }];
  const outage = (lengthUs: number): Step[] =>
    steps().map((step, at) => {
      if (at === 6) return { ...step, ...drop("a.0>b.0", "blackhole") };
      return at > 6 ? { ...step, timeUs: step.timeUs + lengthUs } : step;
    });

  it("wants frames lost, a gap as long as asked, and the same session after it", () => {
    expect(judge("outage-survived", outage(2 * SECOND_US), { faults })).toEqual({
      finding: "confirmed",
      saw: `session ${SESSION_ID}: no DATA delivered for 2.00 s (dead for 2 s, 1 frames lost), then 12 DATA packets in the same session`,
    });
    expect(judge("outage-survived", outage(SECOND_US), { faults }).finding).toBe("contradicted");
    expect(judge("outage-survived", outage(2 * SECOND_US).slice(0, 7), { faults }).finding).toBe("contradicted");
    expect(judge("outage-survived", steps(), { faults }).saw).toBe("no frame met the dead link");
  });
});

describe("fallback-within-deadline", () => {
  const msg1 = steps()[0]?.bytes ?? Buffer.alloc(0);
  const syn = tcp(HOST_A, CLIENT_PORT, HOST_B, PORT, { sequence: 1, flags: 2 });
  const story = (attempts: number, synUs: number | undefined): Step[] => [
    ...Array.from({ length: attempts }, (_, at) => ({ bytes: msg1, fromA: true, timeUs: at * 250_000 })),
    ...(synUs === undefined ? [] : [{ bytes: syn, fromA: true, timeUs: synUs }]),
  ];
  const verdict = (all: readonly Step[]): string => judge("fallback-within-deadline", all).finding;

  it("wants udp-sec tried more than twice, then TCP within 6 s of the first MSG1", () => {
    expect(verdict(story(3, 6 * SECOND_US))).toBe("confirmed");
    expect(verdict(story(3, 6 * SECOND_US + 1))).toBe("contradicted");
    expect(verdict(story(2, 3 * SECOND_US))).toBe("contradicted");
    expect(verdict(story(3, undefined))).toBe("contradicted");
    expect(verdict(story(0, 3 * SECOND_US))).toBe("contradicted");
    expect(verdict(story(3, -1))).toBe("contradicted");
  });
});

describe("ended-by-liveness", () => {
  const APPLICATION = 6;
  const close = (timeUs: number, code = APPLICATION): Step => {
    const plain = Buffer.concat([u64le(0), u32le(262_144), u32le(0), Buffer.from([code, 0, 0])]);
    const head = header(0x13, 99, plain.length + 16);
    const bytes = udp(
      HOST_A,
      CLIENT_PORT,
      HOST_B,
      PORT,
      Buffer.concat([head, seal(KEYS.initiatorKey, 99, head, plain)]),
    );
    return { bytes, fromA: true, timeUs };
  };
  const muxFrame = (type: number, payload: Buffer): Buffer =>
    Buffer.concat([Buffer.from([2, type, 0, 0]), u32le(1), u32le(payload.length), payload]);
  /** A stream of that name, and content of it without an end. */
  const cutShort = (name: string, contentBytes = 5_000): Step[] =>
    steps((run) => {
      const open = muxFrame(1, Buffer.concat([u32le(65_536), Buffer.from(name)]));
      const stream = Buffer.concat([open, muxFrame(3, Buffer.alloc(contentBytes))]);
      const packets = Array.from({ length: Math.ceil(stream.length / 1000) }, (_, at) => {
        return { pn: at + 1, offset: at * 1000, bytes: stream.subarray(at * 1000, at * 1000 + 1000) };
      });
      run.up.splice(0, run.up.length, ...packets);
    });
  const cut = cutShort("bulk/5");
  const lastUs = cut.at(-1)?.timeUs ?? 0;
  const verdict = (all: readonly Step[], killed = ["b"]): string => judge("ended-by-liveness", all, { killed }).finding;

  it("wants the survivor to go on after the last word of the victim, and to stop within its bound", () => {
    expect(judge("ended-by-liveness", [...cut, close(lastUs + 9 * SECOND_US)], { killed: ["b"] })).toEqual({
      finding: "confirmed",
      saw: "a.0: 14 DATA packets until b fell silent, then 1 packet for 9.00 s, the last a CLOSE",
    });
    expect(verdict([...cut, close(lastUs + 20 * SECOND_US)])).toBe("confirmed");
    expect(verdict([...cut, close(lastUs + 20 * SECOND_US + 1)])).toBe("contradicted");
    expect(verdict(cut)).toBe("contradicted");
    expect(verdict([...cut, close(lastUs + 4 * SECOND_US - 1)])).toBe("contradicted");
    expect(verdict([...cut, close(lastUs + 4 * SECOND_US)])).toBe("confirmed");
    expect(verdict([...cut, close(lastUs + 1)], [])).toBe("contradicted");
  });

  it("wants a bulk that began and did not end: other DATA is no transfer", () => {
    for (const other of [cutShort("control"), cutShort("bulk/5", 12), steps()]) {
      const last = other.at(-1)?.timeUs ?? 0;
      const { finding, saw } = judge("ended-by-liveness", [...other, close(last + 9 * SECOND_US)], { killed: ["b"] });
      expect([finding, saw.endsWith("; no bulk was under way")]).toEqual(["contradicted", true]);
    }
  });

  it("takes no goodbye for an end by liveness", () => {
    const { finding, saw } = judge("ended-by-liveness", [...cut, close(lastUs + 9 * SECOND_US, 0)], { killed: ["b"] });
    expect([finding, saw.endsWith("; a goodbye (NO_ERROR): somebody ended it")]).toEqual(["contradicted", true]);
  });
});

describe("every-pair", () => {
  it("tells who dialled from who was dialled", () => {
    const there = [{ from: "a", to: "b" }];
    expect(judge("every-pair", steps(), { dials: there })).toEqual({
      finding: "confirmed",
      saw: "sessions with DATA both ways: a>b 1",
    });
    expect(judge("every-pair", steps(), { dials: [...there, { from: "b", to: "a" }] })).toEqual({
      finding: "contradicted",
      saw: "sessions: a>b 1, b>a 0",
    });
    expect(judge("every-pair", steps(), { dials: there, keys: [] }).finding).toBe("contradicted");
    expect(judge("every-pair", steps(), { dials: [] }).finding).toBe("contradicted");
  });
});

describe("ephemeral-keys-fresh", () => {
  const SESSION_ID_AT = 14 + 20 + 8 + 4;

  it("is not told by a copy whose session id the path damaged", () => {
    const [first, second, ...rest] = steps();
    if (first === undefined || second === undefined) throw new Error("no handshake");
    const damaged = Buffer.from(second.bytes);
    damaged.writeUInt8(damaged.readUInt8(SESSION_ID_AT) ^ 0x40, SESSION_ID_AT);
    const copy = { ...second, arrives: damaged };
    expect(judge("ephemeral-keys-fresh", [first, copy, second, ...rest])).toMatchObject({ finding: "confirmed" });
    expect(judge("ephemeral-keys-fresh", [first, { ...second, bytes: damaged }, second, ...rest])).toMatchObject({
      finding: "contradicted",
    });
  });
});
