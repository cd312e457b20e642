/** Another's tool reads our packets with the dissector that we give it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { udpsec, virtualCapture, type VirtualCapture } from "../virtual-capture.fixture.ts";

const TIMEOUT_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "dissector-"));
const script = join(folder, "udpsec.lua");
let udp: VirtualCapture;
let tcp: VirtualCapture;
beforeAll(async () => {
  writeFileSync(script, (await udpsec("dissector")).text);
  udp = await virtualCapture(folder, "ladder");
  tcp = await virtualCapture(folder, "fallback");
}, TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns rows of cells @throws what tshark says on stderr of our script */
function tshark(capture: string, filter: string, ...fields: readonly string[]): string[][] {
  const words = ["-X", `lua_script:${script}`, "-r", capture, "-Y", filter, "-T", "fields"];
  const text = execFileSync("tshark", [...words, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

test("every datagram of a session is UDP-sec, whatever the port, and none is WireGuard's", () => {
  const all = tshark(udp.capture, "udp", "_ws.col.Protocol");
  expect(all.length).toBeGreaterThan(100);
  expect(new Set(all.flat())).toEqual(new Set(["UDP-sec"]));
  expect(tshark(udp.capture, "_ws.lua.error || _ws.malformed", "frame.number")).toEqual([]);
  expect(tshark(udp.opened, "_ws.lua.error || _ws.malformed", "frame.number")).toEqual([]);
}, 60_000);

test("a handshake and sealed packets show their fields, and no more", () => {
  const [msg1] = tshark(udp.capture, "udpsec.typ == 1", "udpsec.ver", "udpsec.len", "udpsec.mac1", "udpsec.cookie");
  expect(msg1?.slice(0, 2)).toEqual(["1", "1174"]);
  expect(msg1?.[2]).toMatch(/^[0-9a-f]{32}$/);
  expect(msg1?.[3]).toBe("0".repeat(32));
  const data = tshark(udp.capture, "udpsec.typ == 0x10", "udpsec.pn", "udpsec.sealed", "udpsec.offset");
  expect(data.every(([pn, sealed, offset = ""]) => Number(pn) > 0 && (sealed ?? "") !== "" && offset === "")).toBe(
    true,
  );
});

test("opened packets show the receiver's state, the stream, and the frames of the mux", () => {
  const data = tshark(udp.opened, "udpsec.typ == 0x10", "udpsec.offset", "udpsec.window", "udpsec.sealed");
  expect(data.length).toBeGreaterThan(20);
  expect(data.every(([, window, sealed = ""]) => Number(window) > 0 && sealed === "")).toBe(true);
  expect(data[0]?.[0]).toBe("0");
  const opens = tshark(udp.opened, 'udpsec_mux.typ == "OPEN"', "udpsec_mux.stream", "udpsec_mux.frame");
  expect(opens.length).toBeGreaterThan(0);
  expect(opens[0]?.[1]).toContain('OPEN 1 "');
  const closes = tshark(udp.opened, "udpsec.close.code == 0", "udpsec.pn");
  expect(closes.length).toBeGreaterThan(0);
});

test("records over TCP are told from their lengths, and their mux frames from the comments", () => {
  const lengths = tshark(tcp.capture, "udpsec_tcp.noise", "udpsec_tcp.len").flatMap(([cell = ""]) => cell.split(","));
  expect(lengths).toEqual(expect.arrayContaining(["48", "144", "160"]));
  expect(tshark(tcp.capture, "udpsec_tcp.record", "udpsec_tcp.len").length).toBeGreaterThan(10);
  expect(tshark(tcp.opened, 'udpsec_mux.typ == "DATA"', "udpsec_mux.stream").length).toBeGreaterThan(10);
});
