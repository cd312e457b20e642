import { expect, test } from "vitest";
import { HOST_A, HOST_B, pcapFile, pcapngFile, tcp, udp, type TestFrame } from "../capture-writer.fixture.ts";
import type { KernelCounters } from "../scene/evidence-input.ts";
import { judgeEvidence } from "../findings/judge-evidence.ts";
import {
  contradictions,
  finding,
  judgeRecorded,
  noise,
  onHub,
  udpFrames,
  udpRun,
  type Recorded,
  type UdpRun,
} from "../recorded-run.fixture.ts";

function frames(change: (run: UdpRun) => void = () => undefined): readonly { fromInitiator: boolean; bytes: Buffer }[] {
  const run = udpRun();
  change(run);
  return udpFrames(run);
}

function hub(): Recorded {
  return { ...onHub(frames().map(({ bytes }) => bytes)), markers: ["session-ok"] };
}

test("capture-complete: a missing file, an empty one, a snap length, a torn end", async () => {
  const good = hub();
  const missing = await judgeEvidence({
    ...{ captures: [{ node: "a", nic: 0, path: "/nonexistent/a.pcap" }], sessionPort: 1, keys: [], counters: [] },
    ...{ markers: [], canary: "x", bulkBytes: 1, lossy: false },
  });
  expect(finding(missing, "capture-complete")?.saw).toMatch(/a\.pcap cannot be read/);
  const oneEmpty = await judgeRecorded({ ...good, files: { ...good.files, b: pcapFile([]) } });
  expect(finding(oneEmpty, "capture-complete")).toMatchObject({ finding: "contradicted", saw: "0 frames at b.0" });
  const [first] = frames();
  const cut: TestFrame[] = [{ bytes: first?.bytes.subarray(0, 64) ?? Buffer.alloc(0), wireLength: 1242 }];
  const snapped = await judgeRecorded({ ...good, files: { a: pcapFile(cut) } });
  expect(finding(snapped, "capture-complete")).toMatchObject({
    finding: "contradicted",
    saw: "1 of 1 frame are cut by a snap length",
  });
  const torn = await judgeRecorded({ ...good, files: { a: good.files["a"]?.subarray(0, -5) ?? Buffer.alloc(0) } });
  expect(finding(torn, "capture-complete")).toMatchObject({
    finding: "confirmed",
    saw: "18 frames at 1 NIC; the last record is incomplete at a.0",
  });
});

test("in the fabric's capture a duplicate or a corrupted frame at the receiver says nothing about the sender", async () => {
  const sent = frames((run) => run.up.push({ pn: 9, offset: 0, bytes: noise("x", 300) }));
  const mangled = Buffer.from(sent[3]?.bytes ?? []);
  mangled.writeUInt8(mangled.readUInt8(100) ^ 0x80, 100);
  const strange = udp(HOST_A, 1, HOST_B, 1, Buffer.alloc(1300));
  const side = (initiator: boolean): TestFrame[] =>
    sent.map(({ fromInitiator, bytes }) => ({ bytes, direction: fromInitiator === initiator ? "sent" : "received" }));
  const extra: TestFrame[] = [mangled, strange, sent[4]?.bytes ?? mangled].map((bytes) => ({
    bytes,
    direction: "received",
  }));
  const file = (more: readonly TestFrame[]): Buffer =>
    pcapngFile([
      { name: "a.0", frames: side(true) },
      { name: "b.0", frames: [...side(false), ...more] },
    ]);
  const markers = ["session-ok"];
  const findings = await judgeRecorded({ files: { fabric: file(extra) }, markers, keyLog: true });
  expect(contradictions(findings)).toEqual([]);
  const repeated = extra.map((frame): TestFrame => ({ ...frame, direction: "sent" }));
  const sender = await judgeRecorded({ files: { fabric: file(repeated) }, markers, keyLog: true });
  expect(contradictions(sender)).toEqual(["datagram-size", "every-packet-opens"]);
});

test("a MAC learnt from the fabric tells directions in QEMU's own capture of that NIC", async () => {
  const twice = frames((run) => run.up.push({ pn: 2, offset: 1_000, bytes: noise("x", 10) }));
  const received = pcapFile(twice.map(({ bytes }) => ({ bytes })));
  const fabric = (direction: "sent" | "received"): Buffer =>
    pcapngFile([
      {
        name: "b.0",
        frames: frames().map((frame) => ({
          bytes: frame.bytes,
          direction: frame.fromInitiator ? "received" : direction,
        })),
      },
    ]);
  const knowing = await judgeRecorded({ files: { b: received, fabric: fabric("sent") } });
  expect(finding(knowing, "pn-unique")?.finding).toBe("confirmed");
  const unknowing = await judgeRecorded({ files: { b: received } });
  expect(finding(unknowing, "pn-unique")?.finding).toBe("contradicted");
});

function counters(values: Record<string, number>): KernelCounters[] {
  return [
    { node: "a", namespace: "root", values: { ...DEVICE, "Udp.OutDatagrams": 10, "Udp.InDatagrams": 9, ...values } },
  ];
}

function toldItself(overLoopback: number, unreachable: number): Record<string, number> {
  const counted = ["OutMsgs", "InMsgs", "OutDestUnreachs", "InDestUnreachs"].map((name) => [
    `Icmp.${name}`,
    unreachable,
  ]);
  return { "dev.lo.txPackets": overLoopback, ...(Object.fromEntries(counted) as Record<string, number>) };
}

const DEVICE = { "dev.eth0.txPackets": 10, "dev.eth0.rxPackets": 9 };

test.each([
  ["agree", {}, "confirmed"],
  ["fewer on the wire than the kernel sent, within what a driver may hold", { "Udp.OutDatagrams": 26 }, "confirmed"],
  ["fewer on the wire than the kernel sent", { "Udp.OutDatagrams": 27 }, "contradicted"],
  ["more on the wire than the kernel sent", { "Udp.OutDatagrams": 9 }, "contradicted"],
  ["more received than came", { "Udp.InDatagrams": 10 }, "contradicted"],
  ["frames within what a driver may hold", { "dev.eth0.txPackets": 26, "dev.eth0.rxPackets": 25 }, "confirmed"],
  ["frames that nobody saw leave", { "dev.eth0.txPackets": 27 }, "contradicted"],
  ["frames that nobody saw come", { "dev.eth0.rxPackets": 26 }, "contradicted"],
  ["segments that nobody saw leave", { "Tcp.OutSegs": 17 }, "contradicted"],
  ["segments that nobody saw come", { "Tcp.InSegs": 17 }, "contradicted"],
  ["messages of ICMP that nobody saw leave", { "Icmp.OutMsgs": 17 }, "contradicted"],
  ["messages of ICMP that nobody saw come", { "Icmp.InMsgs": 17 }, "contradicted"],
  ["a packet over loopback", { "dev.lo.txPackets": 1 }, "contradicted"],
  ["hosts that can't be reached, as a kernel tells itself", toldItself(20, 20), "confirmed"],
  ["more over loopback than it told itself", toldItself(21, 20), "contradicted"],
  ["what it told others", { ...toldItself(1, 1), "Icmp.InDestUnreachs": 0, "Icmp.InMsgs": 0 }, "contradicted"],
  ["a fragment made", { "Ip.FragCreates": 1 }, "contradicted"],
  ["a fragment put together", { "Ip.ReasmReqds": 1 }, "contradicted"],
])("kernel-counters-agree: %s", async (_, values, verdict) => {
  // a sent MSG1, MSG3 and 8 DATA; it received MSG2 and 8 DATA.
  const findings = await judgeRecorded({ ...hub(), counters: counters(values) });
  expect(finding(findings, "kernel-counters-agree")).toMatchObject({ finding: verdict });
});

test("kernel-counters-agree: what the kernel lost itself is subtracted, what it lost silently isn't", async () => {
  const flood = Array.from({ length: 60 }, (_, i) => udp(HOST_B, 9, HOST_A, 9, noise(`${i}`, 20)));
  const run = onHub([...frames().map(({ bytes }) => bytes), ...flood]);
  const explained = counters({
    "dev.eth0.rxPackets": 69,
    "Udp.RcvbufErrors": 40,
    "Udp.InErrors": 40,
    "Udp.NoPorts": 20,
  });
  const findings = await judgeRecorded({ ...run, counters: explained });
  expect(finding(findings, "kernel-counters-agree")).toMatchObject({
    finding: "confirmed",
    saw: "a/root: sent 10 by the kernel, 10 on the wire; received 9 (+60 lost in the guest), 69 on the wire",
  });
  const silent = await judgeRecorded({ ...run, counters: counters({}) });
  expect(finding(silent, "kernel-counters-agree")?.finding).toBe("contradicted");
});

test("kernel-counters-agree: counters without figures, without a capture, without an address", async () => {
  const verdict = async (recorded: Recorded): Promise<string | undefined> =>
    finding(await judgeRecorded(recorded), "kernel-counters-agree")?.saw;
  expect(await verdict({ ...hub(), counters: [{ node: "a", namespace: "root", values: {} }] })).toBe(
    "a/root: no Udp counters",
  );
  expect(await verdict({ ...hub(), counters: [{ node: "z", namespace: "root", values: {} }] })).toBe(
    "no counters of a captured NIC",
  );
  expect(await verdict({ ...hub(), macs: {}, counters: counters({}) })).toBe(
    "a/root: the address of NIC a.0 is not known",
  );
});

test("kernel-counters-agree: frames and segments that the wire shows, and the kernel never counted", async () => {
  const segments = Array.from({ length: 20 }, (_, index) =>
    tcp(HOST_A, 5, HOST_B, 6, { sequence: index, flags: 16, payload: noise("segment", 9) }),
  );
  const run = onHub([...frames().map(({ bytes }) => bytes), ...segments]);
  const verdict = async (values: Record<string, number>): Promise<string | undefined> =>
    finding(await judgeRecorded({ ...run, counters: counters(values) }), "kernel-counters-agree")?.saw;
  expect(await verdict({})).toBe("a/root: frames sent: 10 by the kernel, 30 on the wire");
  const sent = { "dev.eth0.txPackets": 30 };
  expect(await verdict(sent)).toBe("a/root: segments sent: 0 by the kernel, 20 on the wire");
  expect(await verdict({ ...sent, "Tcp.OutSegs": 15, "Tcp.RetransSegs": 4, "Tcp.OutRsts": 1 })).toMatch(
    /^a\/root: sent 10/,
  );
  const without = { "Udp.OutDatagrams": 10, "Udp.InDatagrams": 9 };
  const nameless = await judgeRecorded({ ...run, counters: [{ node: "a", namespace: "root", values: without }] });
  expect(finding(nameless, "kernel-counters-agree")?.saw).toBe("a/root: no counters of eth0");
});

test("kernel-counters-agree: of a machine that was ended before init could write, neither for nor against, and named", async () => {
  const none = finding(await judgeRecorded({ ...hub(), withoutCounters: ["a"] }), "kernel-counters-agree");
  expect(none).toMatchObject({ finding: "unavailable", saw: "no counters of a: ended before init could write them" });
  expect(finding(await judgeRecorded(hub()), "kernel-counters-agree")).toBeUndefined();
});

test("a rule that a profile asks for by name speaks, and one that doesn't exist is told", async () => {
  const asked = await judgeRecorded({ ...hub(), required: ["every-pair"] });
  expect(finding(asked, "every-pair")?.finding).toBe("contradicted");
  expect(finding(await judgeRecorded(hub()), "every-pair")).toBeUndefined();
  await expect(judgeRecorded({ ...hub(), required: ["every-pear"] })).rejects.toThrow(
    "the profile names the evidence every-pear",
  );
});
