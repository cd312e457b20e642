import { expect, test } from "vitest";
import { arp, HOST_A, HOST_B, tcp, udp } from "../capture-writer.fixture.ts";
import {
  BULK_BYTES,
  CANARY,
  CLIENT_PORT,
  contradictions,
  finding,
  header,
  judgeRecorded,
  noise,
  onHub,
  PORT,
  tcpFrames,
  tcpRun,
  type Recorded,
  type TcpRun,
} from "../recorded-run.fixture.ts";

const MARKERS = ["disabled-fallback", "fallback-ok"];

function recorded(change: (run: TcpRun) => void = () => undefined, more: readonly Buffer[] = []): Recorded {
  const run = tcpRun();
  change(run);
  return { ...onHub([...tcpFrames(run), ...more]), markers: MARKERS };
}

async function expectOnly(run: Recorded, rule: string, saw: RegExp): Promise<void> {
  const findings = await judgeRecorded(run);
  expect([...new Set(contradictions(findings))]).toEqual([rule]);
  expect(findings.find(({ finding }) => finding === "contradicted")?.saw).toMatch(saw);
  expect(contradictions(await judgeRecorded(run, { without: new Set([rule]) }))).toEqual([]);
}

test("an honest fallback is confirmed by every rule, with figures", async () => {
  const findings = await judgeRecorded(recorded());
  expect(contradictions(findings)).toEqual([]);
  expect(finding(findings, "tcp-sealed-both-ways")?.saw).toMatch(
    /48\/144\/160, 4 records up, 4 down, all opened \(8000 and 8000/,
  );
  expect(finding(findings, "tcp-bulk-volume")?.saw).toMatch(
    /8000 stream bytes up, 8000 down \(opened\).* 4 and 4 times/,
  );
  expect(finding(findings, "no-udp-session")?.saw).toBe("a: 0 UDP packets of a session, 0 MSG1/RETRY datagrams");
  expect(finding(findings, "datagram-size")?.saw).toBe("no UDP datagram was sent");
  expect(finding(findings, "every-packet-opens")?.saw).toBe("16 of 16 TCP records opened");
});

test("segments in any order and sent again make the same streams", async () => {
  const frames = tcpFrames(tcpRun());
  const [syn, ...rest] = frames;
  const shuffled = [...(syn === undefined ? [] : [syn]), ...rest.slice(0, 1), ...rest.slice(1).reverse(), ...rest];
  expect(contradictions(await judgeRecorded({ ...onHub(shuffled), markers: MARKERS }))).toEqual([]);
});

test("without keys", async () => {
  const findings = await judgeRecorded({ ...recorded(), keys: [] });
  expect(contradictions(findings)).toEqual([]);
  expect(finding(findings, "tcp-sealed-both-ways")?.saw).toMatch(/not opened/);
});

test("tcp-sealed-both-ways: no Noise handshake", async () => {
  const plain = (run: TcpRun): void => {
    run.handshake = [48, 144, 159];
  };
  await expectOnly(recorded(plain), "tcp-sealed-both-ways", /saw 48\/144\/159/);
});

test("records that are not sealed: seen with keys and without", async () => {
  const unsealed = (run: TcpRun): void => {
    run.sealed = false;
  };
  const withKeys = await judgeRecorded(recorded(unsealed));
  expect(contradictions(withKeys)).toContain("tcp-sealed-both-ways");
  expect(contradictions(withKeys)).toContain("canary-not-in-clear");
  const zeros = recorded((run) => {
    run.sealed = false;
    run.up = run.up.map((bytes) => Buffer.alloc(bytes.length));
    run.down = run.up;
  });
  await expectOnly({ ...zeros, keys: [] }, "tcp-sealed-both-ways", /look like plaintext/);
});

test("one record that doesn't open among others", async () => {
  const frames = tcpFrames(tcpRun());
  const last = frames.at(-1);
  if (last === undefined) throw new Error("no frame");
  last.writeUInt8(last.readUInt8(last.length - 1) ^ 1, last.length - 1);
  const findings = await judgeRecorded({ ...onHub(frames), markers: MARKERS });
  expect(finding(findings, "tcp-sealed-both-ways")?.saw).toMatch(/only 4 and 3 open/);
});

test.each([
  [BULK_BYTES, "confirmed"],
  [BULK_BYTES + 1, "contradicted"],
])("tcp-bulk-volume: %d bytes each way claimed is %s, though two NICs saw it", async (bulkBytes, verdict) => {
  const findings = await judgeRecorded({ ...recorded(), bulkBytes });
  expect(finding(findings, "tcp-bulk-volume")?.finding).toBe(verdict);
});

test("tcp-bulk-volume: content without the canary isn't the bulk", async () => {
  const other = (run: TcpRun): void => {
    run.up = run.up.map((bytes, index) => noise(`${index}`, bytes.length));
  };
  await expectOnly(recorded(other), "tcp-bulk-volume", /canary in the opened streams: 0 and 4/);
});

test("no-udp-session: dials may have been tried, a session may not stand", async () => {
  const dial = udp(
    HOST_A,
    CLIENT_PORT,
    HOST_B,
    PORT,
    Buffer.concat([header(1, 0, 1174, "0a0b0c0d00000000"), noise("m", 1174)]),
  );
  expect(contradictions(await judgeRecorded(recorded(undefined, [dial])))).toEqual([]);
  const msg3 = udp(HOST_A, CLIENT_PORT, HOST_B, PORT, Buffer.concat([header(3, 0, 175), noise("m", 175)]));
  await expectOnly(recorded(undefined, [dial, msg3]), "no-udp-session", /1 UDP packet of a session, 1 MSG1/);
});

test("canary-not-in-clear: across two TCP segments", async () => {
  const clear = (sequence: number, text: string): Buffer =>
    tcp(HOST_A, 40_002, HOST_B, PORT, { sequence, flags: 16, payload: Buffer.from(text) });
  const more = [clear(500, CANARY.slice(0, 7)), clear(507, CANARY.slice(7))];
  await expectOnly(
    recorded(undefined, more),
    "canary-not-in-clear",
    /in the TCP bytes of 10\.77\.0\.1:40002 at byte 0/,
  );
});

const SHUT = ["rng-blocked", "rng-gate-ok"];

test("no-session-traffic: refused dials are all there is", async () => {
  const refused = [
    arp(HOST_A, HOST_B),
    tcp(HOST_A, CLIENT_PORT, HOST_B, PORT, { sequence: 1, flags: 2 }),
    tcp(HOST_B, PORT, HOST_A, CLIENT_PORT, { sequence: 0, flags: 20 }),
    udp(HOST_A, CLIENT_PORT, HOST_B, PORT, Buffer.from("anybody there?")),
  ];
  const quiet = { ...onHub(refused), markers: SHUT, keys: [] };
  const findings = await judgeRecorded(quiet);
  expect(contradictions(findings)).toEqual([]);
  expect(finding(findings, "no-session-traffic")?.saw).toMatch(
    /0 UDP-sec packets, 0 other datagrams from the port, 1 TCP dial: 0 acc/,
  );
  const accepted = tcp(HOST_B, PORT, HOST_A, CLIENT_PORT, { sequence: 0, flags: 18 });
  const answered = udp(HOST_B, PORT, HOST_A, CLIENT_PORT, Buffer.from("yes"));
  const msg1 = udp(HOST_A, 1, HOST_B, PORT, Buffer.concat([header(1, 0, 100), noise("m", 100)]));
  for (const [frame, saw] of [
    [accepted, /1 accepted/],
    [answered, /1 other datagram /],
    [msg1, /1 UDP-sec packet,/],
  ] as const) {
    await expectOnly({ ...onHub([...refused, frame]), markers: SHUT, keys: [] }, "no-session-traffic", saw);
  }
});

test("an empty capture confirms nothing, whatever the markers say", async () => {
  const all = ["session-ok", "selected-udp-sec", "bulk-ok", "identity-reject-ok", ...MARKERS, ...SHUT];
  const findings = await judgeRecorded({ ...onHub([]), markers: all, keyLog: true });
  expect(findings.filter(({ finding }) => finding === "confirmed")).toEqual([]);
  expect(new Set(findings.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(14);
  const nothing = await judgeRecorded({ files: {}, markers: all });
  expect(nothing.filter(({ finding }) => finding === "confirmed")).toEqual([]);
});
