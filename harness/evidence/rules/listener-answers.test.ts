import { expect, test } from "vitest";
import { HOST_A, HOST_B, pcapFile, udp } from "../capture-writer.fixture.ts";
import { CLIENT_PORT, finding, header, judgeRecorded, noise, PORT, type Recorded } from "../recorded-run.fixture.ts";

const msg1 = udp(HOST_A, CLIENT_PORT, HOST_B, PORT, Buffer.concat([header(1, 0, 1174), noise("msg1", 1174)]));
const msg2 = udp(HOST_B, PORT, HOST_A, CLIENT_PORT, Buffer.concat([header(2, 0, 1174), noise("msg2", 1174)]));
const retry = udp(HOST_B, PORT, HOST_A, CLIENT_PORT, Buffer.concat([header(4, 0, 40), noise("retry", 40)]));
const other = udp(HOST_A, 5353, HOST_B, 5353, Buffer.alloc(10));

/** What NIC 0 of b saw; a has a capture too. */
function atB(frames: readonly Buffer[], more: Partial<Recorded> = {}): Recorded {
  const file = pcapFile(frames.map((bytes) => ({ bytes })));
  const [files, macs] = [
    { a: file, b: file },
    { a: HOST_A.mac, b: HOST_B.mac },
  ];
  return { files, macs, markers: ["listener-up"], printedBy: "b", ...more };
}

async function judged(run: Recorded): Promise<string | undefined> {
  return finding(await judgeRecorded(run), "listener-answers")?.finding;
}

test.each<[string, readonly Buffer[]]>([
  ["confirmed", [msg1, msg2]],
  ["confirmed", [msg1, retry]],
  ["contradicted", [msg1, other]],
  ["nothing-to-judge", [other]],
])("who listens is %s by what its own NIC saw", async (expected, frames) => {
  expect(await judged(atB(frames))).toBe(expected);
});

test("its own asking is no asking of it", async () => {
  expect(await judged(atB([msg1, other], { printedBy: "a" }))).toBe("nothing-to-judge");
});

test("who has no capture of its own is looked at where its peer is", async () => {
  const { files, macs } = atB([msg1, msg2]);
  const alone = { files: { a: files["a"] ?? Buffer.alloc(0) }, macs: { a: macs?.["a"] ?? "" }, printedBy: "h" };
  expect(await judged({ ...atB([]), ...alone })).toBe("confirmed");
});

test("a port that it was not told is contradicted, whoever answers", async () => {
  const findings = await judgeRecorded(atB([msg1, msg2], { sessionPort: PORT - 1 }));
  expect(finding(findings, "listener-answers")).toMatchObject({
    finding: "contradicted",
    saw: expect.stringContaining("says port") as unknown,
  });
});
