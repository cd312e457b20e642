import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CapturedFrame, CapturedInterface } from "../../capture/captured-frame.ts";
import { notesIn } from "../../capture/capture-notes.ts";
import { block, pcapngFile, u32le } from "../capture-writer.fixture.ts";
import { Manifest, markerLine, parseManifest } from "../../markers/manifest.ts";
import type { PrintedMarker } from "../scene/evidence-input.ts";
import {
  CANARY,
  CLIENT_PORT,
  KEYS,
  PORT,
  printed,
  tcpFrames,
  tcpRun,
  udpFrames,
  udpRun,
} from "../recorded-run.fixture.ts";
import { markerAfterWire } from "./marker-after-wire.ts";
import type { Judgement } from "./rule.ts";
import { sceneOf, type Scene } from "../scene/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "marker-after-wire-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [OPEN, DATA] = [1, 3];
const frame = (type: number | undefined, stream: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([2, type ?? 0, 0, 0]), u32le(stream), u32le(payload.length), payload]);
const open = (stream: number, name: string): Buffer =>
  frame(OPEN, stream, Buffer.concat([u32le(65_536), Buffer.from(name)]));

/** Frames leave and arrive at 1,000 us, 2,000 us, ...: MSG1 to 3 first, then what a says, then what b says. */
const message = (bytes: number): Buffer => Buffer.concat([u32le(bytes), Buffer.alloc(bytes, 1)]);
const REQUESTS = [frame(DATA, 1, message(150)), frame(DATA, 1, message(150))];
const UP = [open(1, "control"), ...REQUESTS, open(3, "control"), frame(DATA, 3, Buffer.of(1))];
const DOWN = [frame(DATA, 1, Buffer.alloc(300, 2)), frame(DATA, 3, Buffer.of(2))];
const [MSG2_US, MSG3_US, SECOND_REQUEST_US, LAST_REPLY_US] = [2_000, 3_000, 7_000, 11_000];
const STEP_US = 1_000;

/** A daemon's session beside the self-test's, with a short exchange of the same name. */
const ASIDE = "0f0f0f0f1f1f1f1f";
const ASIDE_REQUEST = Buffer.concat([open(1, "control"), frame(DATA, 1, Buffer.of(1))]);
const ASIDE_UP = [{ pn: 1, offset: 0, bytes: ASIDE_REQUEST }];
const ASIDE_DOWN = [{ pn: 1, offset: 0, bytes: frame(DATA, 1, Buffer.of(2)) }];

interface Note {
  readonly timeUs: number;
  readonly line: string;
}

function noteBlock({ timeUs, line }: Note): Buffer {
  const text = `__REALTIME_TIMESTAMP=${timeUs}\nSYSLOG_IDENTIFIER=udpsec\nPRIORITY=6\nMESSAGE=${line}\n`;
  const bytes = Buffer.from(text);
  return block(9, Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]));
}

/** NICs of who dials and of who is dialled. */
type Ends = readonly [string, string];
const TWO_MACHINES: Ends = ["a.0", "b.0"];
const ONE_MACHINE: Ends = ["a.1", "a.0"];

function sceneWith(notes: readonly Note[], marker: PrintedMarker, down = DOWN, ends = TWO_MACHINES): Scene {
  const run = udpRun();
  const packets = (frames: readonly Buffer[]) =>
    frames.map((bytes, at) => ({ pn: at + 1, offset: Buffer.concat(frames.slice(0, at)).length, bytes }));
  run.up.splice(0, run.up.length, ...packets(UP));
  run.down.splice(0, run.down.length, ...packets(down));
  run.up.unshift(...ASIDE_UP.map((packet) => ({ ...packet, sessionId: ASIDE })));
  run.down.unshift(...ASIDE_DOWN.map((packet) => ({ ...packet, sessionId: ASIDE })));
  const at = (isA: boolean): CapturedFrame[] =>
    udpFrames(run).map(({ bytes, fromInitiator }, index) => ({
      ...{ bytes, wireLength: bytes.length, timeUs: (index + 1) * STEP_US, comments: [] },
      direction: fromInitiator === isA ? "sent" : "received",
    }));
  return sceneOver(notes, marker, [
    { name: ends[0], frames: at(true) },
    { name: ends[1], frames: at(false) },
  ]);
}

function sceneOver(notes: readonly Note[], marker: PrintedMarker, interfaces: CapturedInterface[]): Scene {
  const path = join(folder, "fabric.pcapng");
  writeFileSync(path, Buffer.concat([pcapngFile([]), ...notes.map(noteBlock)]));
  const captures = [{ source: { node: "fabric", nic: 0, path }, file: { interfaces, cutShort: false } }];
  const input = {
    captures: [],
    sessionPort: PORT,
    keys: [KEYS, { ...KEYS, sessionId: ASIDE }],
    keyLog: true,
    counters: [],
    canary: CANARY,
  };
  return sceneOf({ ...input, markers: [marker], bulkBytes: 1, lossy: false }, captures);
}

const judge = (notes: readonly Note[], marker: string, node: string, down?: Buffer[]): Judgement =>
  markerAfterWire.judge(sceneWith(notes, printed(marker, node), down), 1);

const CONTROL = "a: SELFTEST: udp-sec control ok";

describe("marker-after-wire", () => {
  it.each([
    ["session-ok", "b", "b: dsoftbus: udp-sec os session ok", MSG3_US],
    ["mux-data-ok", "b", "b: dsoftbus:mux data ok (udp-sec)", SECOND_REQUEST_US],
    ["control-ok", "a", CONTROL, LAST_REPLY_US],
  ] as const)("%s: not before what it needs has arrived, to the microsecond", (marker, node, line, neededUs) => {
    const verdicts = [-1, 0, 1].map((byUs) => judge([{ timeUs: neededUs + byUs, line }], marker, node).finding);
    expect(verdicts).toEqual(["contradicted", "confirmed", "confirmed"]);
  });

  it("goes by the largest exchange: a shorter one of that name is not the self-test's", () => {
    const early = { timeUs: LAST_REPLY_US - 1, line: CONTROL };
    // The short one's reply comes first: it makes nothing true.
    const swapped = [frame(DATA, 3, Buffer.of(2)), frame(DATA, 1, Buffer.alloc(300, 2))];
    expect(judge([early], "control-ok", "a", swapped).saw).toBe(
      "a: control-ok came 0.00 s before the last reply had arrived",
    );
    expect(judge([{ ...early, timeUs: LAST_REPLY_US + STEP_US }], "control-ok", "a", swapped).finding).toBe(
      "confirmed",
    );
  });

  it("looks at the NIC of who printed it: what reached the other one of the same machine makes nothing true", () => {
    const line = "a: dsoftbus: udp-sec os session ok";
    const sessionOk = printed("session-ok", "a");
    const at = (timeUs: number, nics: readonly string[]): string =>
      markerAfterWire.judge(sceneWith([{ timeUs, line }], { ...sessionOk, nics }, DOWN, ONE_MACHINE), 1).finding;
    expect([MSG2_US, MSG3_US - 1, MSG3_US].map((timeUs) => at(timeUs, ["a.0"]))).toEqual([
      ...["contradicted", "contradicted", "confirmed"],
    ]);
    expect(at(MSG2_US, ["a.1"])).toBe("confirmed");
    expect(at(MSG2_US, ["a.0", "a.1"])).toBe("confirmed");
    const request = printed("control-ok", "a");
    const control = (nics: readonly string[]): string =>
      markerAfterWire.judge(sceneWith([{ timeUs: 9e9, line: CONTROL }], { ...request, nics }, DOWN, ONE_MACHINE), 1)
        .finding;
    // Who answers opened no stream: no reply reached it.
    expect([control(["a.1"]), control(["a.0"])]).toEqual(["confirmed", "contradicted"]);
  });

  it("contradicts a marker whose packet never came", () => {
    expect(judge([{ timeUs: 9e9, line: "a: SELFTEST: udp-sec bulk ok" }], "bulk-ok", "a").saw).toBe(
      "a: bulk-ok was printed, and the bulk's end never arrived",
    );
  });

  it("contradicts a marker that the switch wasn't told of, or only of another machine's", () => {
    const other = { timeUs: 9e9, line: CONTROL.replace("a: ", "b: ") };
    expect(judge([other], "control-ok", "a")).toMatchObject({
      finding: "contradicted",
      saw: 'a: the switch noted no line "SELFTEST: udp-sec control ok"',
    });
  });

  it("goes by the last line where a machine printed several", () => {
    const notes = [LAST_REPLY_US - 1, LAST_REPLY_US].map((timeUs) => ({ timeUs, line: CONTROL }));
    expect(judge(notes, "control-ok", "a").finding).toBe("confirmed");
  });

  it("says nothing without notes, and is asked nothing of other markers", () => {
    expect(judge([], "control-ok", "a").finding).toBe("unavailable");
    const { claims } = markerAfterWire;
    if (claims === "named") throw new TypeError("it judges whole runs");
    expect(claims(sceneWith([], printed("control-ok", "a")))).toBe(true);
    expect(claims(sceneWith([], printed("listener-up", "b")))).toBe(false);
  });
});

describe("over TCP", () => {
  const LINE = "SELFTEST: udp-sec fallback ok";
  /** A gate's answer in two records, of three segments. */
  const answer = frame(DATA, 1, Buffer.alloc(3_000, 1));
  const run = { ...tcpRun(), up: [open(1, "gate/1")], down: [answer.subarray(0, 1_500), answer.subarray(1_500)] };
  const verdictAt = (timeUs: number, order: (frames: Buffer[]) => Buffer[], nic = "a.1"): string => {
    const frames = order(tcpFrames(run));
    const at = (isClient: boolean): CapturedFrame[] =>
      frames.map((bytes, index) => ({
        ...{ bytes, wireLength: bytes.length, timeUs: (index + 1) * STEP_US, comments: [] },
        direction: (bytes.readUInt16BE(34) === CLIENT_PORT) === isClient ? "sent" : "received",
      }));
    const marker = { ...printed("fallback-ok", "a"), nics: [nic] };
    const scene = sceneOver([{ timeUs, line: `a: ${LINE}` }], marker, [
      { name: "a.1", frames: at(true) },
      { name: "a.0", frames: at(false) },
    ]);
    return markerAfterWire.judge(scene, 1).finding;
  };
  const inOrder = (frames: Buffer[]): Buffer[] => frames;
  const lastUs = tcpFrames(run).length * STEP_US;

  it("a marker waits for the last byte of the record that it needs", () => {
    expect([-1, 0].map((byUs) => verdictAt(lastUs + byUs, inOrder))).toEqual(["contradicted", "confirmed"]);
  });

  it("and for those before it, in whatever order they come", () => {
    // The first segment of the answer comes last.
    const late = (frames: Buffer[]): Buffer[] => [...frames.slice(0, 3), ...frames.slice(4), ...frames.slice(3, 4)];
    expect([-1, 0].map((byUs) => verdictAt(lastUs + byUs, late))).toEqual(["contradicted", "confirmed"]);
    const twice = (frames: Buffer[]): Buffer[] => [...frames, ...frames.slice(3)];
    expect(verdictAt(lastUs, twice)).toBe("confirmed");
  });

  it("at the NIC of who asked, and at no other", () => {
    expect(verdictAt(lastUs, inOrder, "a.0")).toBe("contradicted");
  });
});

describe("a marker that is nowhere but in a list of markers", () => {
  const [marker] = parseManifest(`
[[marker]]
id = "greeted"
text = "HELLO: on stream <stream:count>"
process = "selftest"
proves = "the peer said something"
after = "mux-data"
`);
  if (marker === undefined) throw new RangeError("one was listed");
  const fields = new Manifest([marker]).match("HELLO: on stream 3")?.fields ?? {};
  const greeted = { ...marker, node: "b", atMs: 0, line: markerLine(marker.text, fields) };

  it("is held against the arrival that its entry names", () => {
    const verdicts = [-1, 0].map((byUs) => {
      const note = { timeUs: SECOND_REQUEST_US + byUs, line: "b: HELLO: on stream 3" };
      return markerAfterWire.judge(sceneWith([note], greeted), 1).finding;
    });
    expect(verdicts).toEqual(["contradicted", "confirmed"]);
  });
});

describe("notes of a capture", () => {
  it("leaves out what isn't one of ours, and what was cut off", () => {
    const note = noteBlock({ timeUs: 7, line: "a: hello" });
    const foreign = block(9, Buffer.from("MESSAGE=a: no time..\n...."));
    const all = Buffer.concat([pcapngFile([]), foreign, note]);
    expect(notesIn(all)).toEqual([{ node: "a", text: "hello", timeUs: 7 }]);
    expect(notesIn(all.subarray(0, -1))).toEqual([]);
    expect(notesIn(Buffer.concat([pcapngFile([]), Buffer.alloc(12)]))).toEqual([]);
  });
});
