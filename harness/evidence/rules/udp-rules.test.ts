import { expect, test } from "vitest";
import { HOST_A, HOST_B, HOST_C, tcp, u32le, udp } from "../capture-writer.fixture.ts";
import {
  BULK_BYTES,
  CANARY,
  CLIENT_PORT,
  contradictions,
  dataPacket,
  finding,
  header,
  judgeRecorded,
  KEYS,
  noise,
  onHub,
  PORT,
  streamBytes,
  udpFrames,
  udpRun,
  type Recorded,
  type UdpRun,
} from "../recorded-run.fixture.ts";

const MARKERS = ["session-ok", "selected-udp-sec", "mux-data-ok", "control-ok", "bulk-ok", "backpressure-ok"];

function recorded(change: (run: UdpRun) => void = () => undefined, more: readonly Buffer[] = []): Recorded {
  const run = udpRun();
  change(run);
  const frames = udpFrames(run).map(({ bytes }) => bytes);
  return { ...onHub([...frames, ...more]), markers: MARKERS, keyLog: true };
}

/** The run is green but for one rule, and green without it: the rule is no decoration. */
async function expectOnly(run: Recorded, rule: string, saw: RegExp): Promise<void> {
  const findings = await judgeRecorded(run);
  expect([...new Set(contradictions(findings))]).toEqual([rule]);
  expect(findings.find(({ finding }) => finding === "contradicted")?.saw).toMatch(saw);
  expect(contradictions(await judgeRecorded(run, { without: new Set([rule]) }))).toEqual([]);
}

test("an honest session is confirmed by every rule, with figures", async () => {
  const findings = await judgeRecorded(recorded());
  expect(contradictions(findings)).toEqual([]);
  const saw = (rule: string): string | undefined => finding(findings, rule)?.saw;
  expect(saw("capture-complete")).toBe("38 frames at 2 NICs");
  expect(saw("datagram-size")).toBe("largest of 19 datagrams: 1200 bytes");
  expect(saw("no-fragments")).toBe("19 IP packets, no fragment");
  expect(saw("pn-unique")).toBe("16 sealed packets in 1 session, each number once");
  expect(saw("every-packet-opens")).toBe("16 sealed packets opened");
  expect(saw("udp-handshake-seen")).toMatch(/1 whole handshake/);
  expect(saw("udp-sealed-both-ways")).toMatch(/opened 8 of 8 DATA packets \(8000 stream bytes\) up, 8 of 8/);
  expect(saw("udp-bulk-volume")).toMatch(
    /8000 distinct stream bytes up, 8000 down .*canary in the opened streams: 4 and 4/,
  );
  expect(saw("no-tcp-payload")).toMatch(/0 bytes .* 0 connections/);
  expect(saw("canary-not-in-clear")).toMatch(/not in 16640 payload bytes/);
  expect(findings.filter(({ marker }) => marker === "selected-udp-sec")).toHaveLength(2);
});

test("two NICs that saw the same packets don't make them twice as many", async () => {
  // A node without a capture of its own is judged by all of them.
  const findings = await judgeRecorded({ ...recorded(), keys: [], keyLog: false, printedBy: "z" });
  expect(finding(findings, "udp-bulk-volume")?.saw).toMatch(/8000 distinct stream bytes up, 8000 down/);
  expect(finding(findings, "udp-sealed-both-ways")?.saw).toMatch(/8 up, 8 down/);
});

test("the same without a key log: judged by what ciphertext looks like", async () => {
  const findings = await judgeRecorded({ ...recorded(), keys: [], keyLog: false });
  expect(contradictions(findings)).toEqual([]);
  expect(finding(findings, "udp-sealed-both-ways")?.saw).toMatch(/8 up, 8 down, not opened/);
  expect(finding(findings, "udp-bulk-volume")?.saw).toMatch(/by datagram volume/);
});

test.each([
  [1200, "confirmed"],
  [1201, "contradicted"],
])("datagram-size: a payload of %d bytes is %s", async (bytes, verdict) => {
  const extra = udp(HOST_A, 5353, HOST_B, 5353, Buffer.alloc(bytes));
  const findings = await judgeRecorded(recorded(undefined, [extra]));
  expect(finding(findings, "datagram-size")?.finding).toBe(verdict);
});

test("datagram-size counts what the UDP header of a first fragment says", async () => {
  const whole = udp(HOST_A, 5353, HOST_B, 5353, Buffer.alloc(600), 0x2000);
  whole.writeUInt16BE(8 + 1300, 38);
  const findings = await judgeRecorded(recorded(undefined, [whole]));
  expect(new Set(contradictions(findings))).toEqual(new Set(["datagram-size", "no-fragments"]));
});

test("no-fragments: a later fragment has no UDP header, and is one all the same", async () => {
  await expectOnly(
    recorded(undefined, [udp(HOST_A, 0, HOST_B, 0, Buffer.alloc(100), 0x0010)]),
    "no-fragments",
    /^1 of 20/,
  );
});

test("pn-unique: one number twice in one direction", async () => {
  const repeat = (run: UdpRun): void => {
    run.up.push({ pn: 3, offset: 0, bytes: noise("again", 50) });
  };
  await expectOnly(recorded(repeat), "pn-unique", /1 repeat among 17 packets, first: .* initiator pn 3 at a\.0/);
});

test("every-packet-opens: one packet in the clear among sealed ones, one without a header, one of an unknown session", async () => {
  const unsealed = (run: UdpRun): void => {
    run.down.push({ pn: 90, offset: 0, bytes: noise("clear", 80), sealed: false });
  };
  await expectOnly(recorded(unsealed), "every-packet-opens", /type 0x10 pn 90 from 10\.77\.0\.2:37021 does not open/);
  const stray = udp(HOST_A, CLIENT_PORT, HOST_B, PORT, Buffer.from("hello"));
  await expectOnly(
    recorded(undefined, [stray]),
    "every-packet-opens",
    /1 datagram .* 5 bytes from 10\.77\.0\.1:40000 at a\.0/,
  );
  const other = { pn: 1, offset: 0, bytes: noise("x", 60), sessionId: "ee".repeat(8) };
  const unknown = udp(HOST_A, CLIENT_PORT, HOST_B, PORT, dataPacket(KEYS.initiatorKey, other));
  await expectOnly(recorded(undefined, [unknown]), "every-packet-opens", /of no handshake that could be opened/);
});

test("every-packet-opens: the sealed CLOSE of a refused dial needs no key", async () => {
  const refusal = { pn: 1, offset: 0, bytes: noise("x", 60), sessionId: "ee".repeat(8), type: 0x13 };
  const frame = udp(HOST_B, PORT, HOST_A, CLIENT_PORT, dataPacket(KEYS.responderKey, refusal));
  const findings = await judgeRecorded(recorded(undefined, [frame]));
  expect(finding(findings, "every-packet-opens")?.saw).toBe(
    "16 sealed packets opened, 1 CLOSE of refused dials not opened",
  );
});

test("every-packet-opens: a guest that was told to log keys and logs none", async () => {
  const findings = await judgeRecorded({ ...recorded(), keys: [] });
  expect(new Set(contradictions(findings))).toEqual(
    new Set(["every-packet-opens", "udp-sealed-both-ways", "udp-bulk-volume"]),
  );
});

test.each([
  ["MSG1 of 1199 bytes", 0, Buffer.concat([header(1, 0, 1173, "0a0b0c0d00000000"), noise("m", 1173)])],
  ["MSG2 of 1199 bytes", 1, Buffer.concat([header(2, 0, 1173), noise("m", 1173)])],
  ["MSG3 of another session", 2, Buffer.concat([header(3, 0, 175, "0a0b0c0d00000001"), noise("m", 175)])],
])("udp-handshake-seen: %s", async (_, index, message) => {
  const change = (run: UdpRun): void => {
    run.handshake[index] = message;
  };
  await expectOnly(recorded(change), "udp-handshake-seen", /no session with MSG1 and MSG2 of 1200 bytes/);
});

test("udp-sealed-both-ways: DATA one way only, and keys of another session", async () => {
  const oneWay = (run: UdpRun): void => {
    run.down.length = 0;
  };
  const findings = await judgeRecorded(recorded(oneWay));
  expect(new Set(contradictions(findings))).toEqual(new Set(["udp-sealed-both-ways", "udp-bulk-volume"]));
  expect(finding(findings, "udp-sealed-both-ways")?.saw).toMatch(/no session with DATA both ways among 1/);
  const strangerKeys = await judgeRecorded({ ...recorded(), keys: [{ ...KEYS, sessionId: "00".repeat(8) }] });
  expect(finding(strangerKeys, "udp-sealed-both-ways")?.saw).toMatch(/1 session with DATA, 0 with a key/);
});

test("udp-sealed-both-ways without keys: structured plaintext is refused even if the content looks random", async () => {
  const unsealed = (run: UdpRun): void => {
    for (const [index, packet] of run.up.entries())
      run.up[index] = { ...packet, sealed: false, bytes: noise(`${index}`, 1000) };
    while (run.up.length < 40)
      run.up.push({ pn: run.up.length + 1, offset: 0, bytes: noise("n", 1000), sealed: false });
  };
  const honestLength = (run: UdpRun): void => {
    while (run.down.length < 40) run.down.push({ pn: run.down.length + 1, offset: 0, bytes: noise("n", 1000) });
  };
  const change = (run: UdpRun): void => {
    unsealed(run);
    honestLength(run);
  };
  const run = { ...recorded(change), keys: [], keyLog: false };
  await expectOnly(run, "udp-sealed-both-ways", /first 24 bytes: 960 bytes look like plaintext \(chi-square \d{4,}/);
});

test.each([
  [BULK_BYTES, 1, "confirmed"],
  [BULK_BYTES + 1, 1, "contradicted"],
  [BULK_BYTES / 2, 2, "confirmed"],
  [BULK_BYTES / 2, 3, "contradicted"],
])("udp-bulk-volume: %d bytes each way claimed %d times is %s", async (bulkBytes, times, verdict) => {
  const markers = [...MARKERS, ...Array.from({ length: times - 1 }, () => "bulk-ok")];
  const findings = await judgeRecorded({ ...recorded(), bulkBytes, markers });
  expect(finding(findings, "udp-bulk-volume")?.finding).toBe(verdict);
});

test("udp-bulk-volume: the same bytes over and over are not a volume, and content without the canary isn't the bulk", async () => {
  const again = (run: UdpRun): void => {
    for (const [index, packet] of run.up.entries()) run.up[index] = { ...packet, offset: 0 };
  };
  await expectOnly(recorded(again), "udp-bulk-volume", /1000 distinct stream bytes up, 8000 down/);
  const other = (run: UdpRun): void => {
    for (const [index, packet] of run.down.entries()) run.down[index] = { ...packet, bytes: noise(`${index}`, 1000) };
  };
  await expectOnly(recorded(other), "udp-bulk-volume", /canary in the opened streams: 4 and 0 times/);
});

test("no-tcp-payload: one byte of TCP on the session port", async () => {
  const dial = tcp(HOST_A, 40_001, HOST_B, PORT, { sequence: 1, flags: 2 });
  expect(contradictions(await judgeRecorded(recorded(undefined, [dial])))).toEqual([]);
  const byte = tcp(HOST_A, 40_001, HOST_B, PORT, { sequence: 2, flags: 16, payload: Buffer.from("x") });
  await expectOnly(recorded(undefined, [dial, byte]), "no-tcp-payload", /^a: 1 byte .* 1 connection/);
});

test("canary-not-in-clear: in a frame of any kind, and across two unsealed datagrams", async () => {
  const elsewhere = udp(HOST_A, 9, HOST_B, 9, Buffer.from(`..${CANARY}..`));
  await expectOnly(recorded(undefined, [elsewhere]), "canary-not-in-clear", /in frame 20 at a\.0/);
  const split = (run: UdpRun): void => {
    run.up.push({ pn: 50, offset: 0, bytes: Buffer.from(`xx${CANARY.slice(0, 9)}`), sealed: false });
    run.up.push({ pn: 51, offset: 0, bytes: Buffer.from(`${CANARY.slice(9)}xx`), sealed: false });
  };
  const findings = await judgeRecorded(recorded(split));
  expect(finding(findings, "canary-not-in-clear")?.saw).toMatch(/across datagrams of session 0a0b/);
});

test("retransmission-seen: a lossy network where nothing left twice, and one where something did", async () => {
  await expectOnly({ ...recorded(), lossy: true }, "retransmission-seen", /^0 stream bytes .* 16 opened/);
  const resent = (run: UdpRun): void => {
    run.up.push({ pn: 9, offset: 3_500, bytes: streamBytes("up").subarray(3_500, 4_200) });
  };
  const findings = await judgeRecorded({ ...recorded(resent), lossy: true });
  expect(finding(findings, "retransmission-seen")).toMatchObject({ finding: "confirmed" });
  expect(contradictions(findings)).toEqual([]);
});

test("a marker is confirmed only by what its own node saw", async () => {
  const stranger = {
    c: (await import("../capture-writer.fixture.ts")).pcapFile([{ bytes: udp(HOST_C, 1, HOST_B, 1, u32le(1)) }]),
  };
  const run = recorded();
  const findings = await judgeRecorded({ ...run, files: { ...run.files, ...stranger }, printedBy: "c" });
  expect(new Set(contradictions(findings))).toEqual(
    new Set(["udp-handshake-seen", "udp-sealed-both-ways", "udp-bulk-volume", "canary-not-in-clear"]),
  );
});

test("refused-handshake-seen: a dialler that gave up before MSG3, and a stranger whose MSG3 was answered with CLOSE", async () => {
  const up = (payload: Buffer): Buffer => udp(HOST_A, CLIENT_PORT, HOST_B, PORT, payload);
  const down = (payload: Buffer): Buffer => udp(HOST_B, PORT, HOST_A, CLIENT_PORT, payload);
  const opening = (half: string): Buffer[] => [
    up(Buffer.concat([header(1, 0, 1174, `${half}00000000`), noise("one", 1174)])),
    down(Buffer.concat([header(2, 0, 1174, `${half}44444444`), noise("two", 1174)])),
  ];
  const third = up(Buffer.concat([header(3, 0, 175, "2222222244444444"), noise("three", 175)]));
  const close = dataPacket(KEYS.responderKey, {
    ...{ pn: 1, offset: 0, bytes: noise("x", 60), type: 0x13 },
    sessionId: "2222222244444444",
  });
  const wrongDevice = opening("11111111");
  const stranger = [...opening("22222222"), third];
  const judged = async (frames: readonly Buffer[]) => {
    const findings = await judgeRecorded({ ...recorded(undefined, frames), markers: ["identity-reject-ok"] });
    const { finding: found, saw } = finding(findings, "refused-handshake-seen") ?? {};
    return { finding: found, saw };
  };
  const seen = (kinds: string) => expect.stringContaining(`without DATA: ${kinds}`) as string;
  const both = await judged([...wrongDevice, ...stranger, down(close)]);
  expect(both).toEqual({ finding: "confirmed", saw: seen("1 given up before MSG3, 1 answered with CLOSE") });
  for (const [frames, kinds] of [
    [[], "0 given up before MSG3, 0 answered with CLOSE"],
    [wrongDevice, "1 given up before MSG3, 0 answered with CLOSE"],
    [[...stranger, down(close)], "0 given up before MSG3, 1 answered with CLOSE"],
    [[...wrongDevice, ...stranger], "1 given up before MSG3, 0 answered with CLOSE"],
    [[...wrongDevice, ...stranger, up(close)], "1 given up before MSG3, 0 answered with CLOSE"],
  ] as const) {
    expect(await judged(frames)).toEqual({ finding: "contradicted", saw: seen(kinds) });
  }
});
