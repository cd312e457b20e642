import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCapture } from "../capture/read-capture.ts";
import { decodeFrame } from "../observer/wire/frame.ts";
import { OPENED_MARK } from "./write-opened.ts";
import { udpsec, virtualCapture, type VirtualCapture } from "./virtual-capture.fixture.ts";

const TIMEOUT_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "opened-"));
let udp: VirtualCapture;
let tcp: VirtualCapture;
beforeAll(async () => {
  udp = await virtualCapture(folder, "ladder");
  tcp = await virtualCapture(folder, "fallback");
}, TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true }));

const framesOf = async (path: string) => (await readCapture(path)).interfaces.flatMap(({ frames }) => frames);
const isOpened = (bytes: Buffer): boolean => bytes.subarray(-OPENED_MARK.length).toString("latin1") === OPENED_MARK;

describe("a capture that is opened", () => {
  it("keeps frames, times and lengths, and shows what every sealed packet of a session carries", async () => {
    const [before, after] = await Promise.all([framesOf(udp.capture), framesOf(udp.opened)]);
    expect(after.map(({ bytes, timeUs, direction }) => [bytes.length, timeUs, direction])).toEqual(
      before.map(({ bytes, timeUs, direction }) => [bytes.length, timeUs, direction]),
    );
    const sealed = before.filter(({ bytes }) => {
      const content = decodeFrame(1, bytes)?.content;
      return content?.kind === "udp" && (content.payload[1] ?? 0) >= 0x10;
    });
    expect(sealed.length).toBeGreaterThan(100);
    expect(after.filter(({ bytes }) => isOpened(bytes))).toHaveLength(sealed.length);
    expect(before.filter(({ bytes }) => isOpened(bytes))).toHaveLength(0);
    const differing = after.filter(({ bytes }, at) => !bytes.equals(before[at]?.bytes ?? Buffer.alloc(0)));
    expect(differing).toHaveLength(sealed.length);
    // What was said is as secret as the keys.
    expect(statSync(udp.opened).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["UDP", () => udp],
    ["TCP", () => tcp],
  ])("says over %s which frames of the mux are whole with a packet", async (_, of) => {
    const words = (await framesOf(of().opened)).flatMap(({ comments }) => comments.flatMap((text) => text.split("; ")));
    expect(words.some((word) => /^OPEN 1 "\w+(\/\d+)?" priority \d credit \d+$/.test(word))).toBe(true);
    expect(words.some((word) => /^OPEN_ACK 1 credit \d+$/.test(word))).toBe(true);
    expect(words.some((word) => /^DATA \d+ \d+ bytes$/.test(word))).toBe(true);
    expect(words.filter((word) => /^(no mux frame|malformed)/.test(word))).toEqual([]);
    // Probes repeat bytes; that each packet is seen leaving and arriving repeats none.
    expect(words.filter((word) => word === "again").length).toBeLessThan(words.length / 10);
  });

  it("leaves TCP's bytes as they were", async () => {
    const [before, after] = await Promise.all([framesOf(tcp.capture), framesOf(tcp.opened)]);
    expect(after.map(({ bytes }) => bytes.toString("hex"))).toEqual(before.map(({ bytes }) => bytes.toString("hex")));
    expect(after.some(({ comments }) => comments.join("").includes("ACCEPT"))).toBe(true);
  });
});

describe("udpsec decrypt", () => {
  it("tells secrets that open nothing, and a capture that breaks off; the file is there all the same", async () => {
    const [none, cut] = [join(folder, "none.secrets"), join(folder, "cut.pcapng")];
    writeFileSync(none, `UDPSEC_STATIC ${"11".repeat(32)} ${"22".repeat(32)}\n`);
    const closed = await udpsec("decrypt", udp.capture, "--secrets", none, "--output", join(folder, "closed.pcapng"));
    expect([closed.status, closed.text]).toEqual([1, expect.stringContaining("0 sessions, 0 of ")]);
    const [without, before] = await Promise.all([framesOf(join(folder, "closed.pcapng")), framesOf(udp.capture)]);
    expect(without).toHaveLength(before.length);
    copyFileSync(udp.capture, cut);
    truncateSync(cut, readFileSync(cut).length - 7);
    const broken = await udpsec("decrypt", cut, "--secrets", udp.secrets);
    expect(broken.status).toBe(1);
    expect(existsSync(join(folder, "cut-opened.pcapng"))).toBe(true);
  });

  it.each([
    [[], /decrypt what/],
    [["no-such-run"], /there is no finished run no-such-run/],
    [["/none.pcap", "--secrets", "/none"], /no file of secrets that can be read at \/none/],
  ])("%o is told what would fit", async (words, message) => {
    await expect(udpsec("decrypt", ...words)).rejects.toThrow(message);
  });

  it("never writes over its capture", async () => {
    await expect(udpsec("decrypt", udp.capture, "--secrets", udp.secrets, "--output", udp.capture)).rejects.toThrow(
      "is the capture itself",
    );
    await expect(udpsec("decrypt", udp.capture)).rejects.toThrow("is a capture: what opens it?");
  });
});
