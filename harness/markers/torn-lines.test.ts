import { describe, expect, it } from "vitest";
import { LINUX_INTRUSION } from "../guests/console-output.ts";
import { Manifest } from "./manifest.ts";
import { MAX_LINES_BETWEEN_PARTS, TornLines } from "./torn-lines.ts";

const manifest = new Manifest([
  { id: "bulk", text: "SELFTEST: udp-sec bulk ok", process: "selftest", proves: "x", evidence: [] },
]);
const KERNEL = "[    2.123456] eth0: link up";

function kinds(...lines: string[]): string[] {
  const torn = new TornLines(manifest, LINUX_INTRUSION);
  return lines.map((line) => torn.push(line).kind);
}

describe("torn lines", () => {
  it("joins the parts around a kernel message, wherever it fell", () => {
    const text = "SELFTEST: udp-sec bulk ok";
    for (let at = 1; at < text.length; at++) {
      expect(kinds(`${text.slice(0, at)}${KERNEL}`, text.slice(at))).toEqual(["part", "whole"]);
    }
  });

  it("takes a marker whose line end alone was torn off", () => {
    expect(kinds(`SELFTEST: udp-sec bulk ok${KERNEL}`)).toEqual(["whole"]);
  });

  it("joins three parts, with kernel messages between them", () => {
    const lines = [`SELFTEST: ${KERNEL}`, KERNEL, `udp-sec ${KERNEL}`, "bulk ok"];
    expect(kinds(...lines)).toEqual(["part", "plain", "part", "whole"]);
  });

  it("takes no part that lacks a byte", () => {
    expect(kinds(`SELFTEST: udp-sec bu${KERNEL}`, "k ok")).toEqual(["part", "plain"]);
  });

  it("leaves kernel messages and other lines alone", () => {
    expect(kinds(KERNEL, "hello", `hello ${KERNEL}`)).toEqual(["plain", "plain", "plain"]);
  });

  it("waits so many lines for the rest and no more", () => {
    const noise = Array.from({ length: MAX_LINES_BETWEEN_PARTS }, () => "noise");
    expect(kinds(`SELFTEST: ${KERNEL}`, ...noise, "udp-sec bulk ok").at(-1)).toBe("whole");
    expect(kinds(`SELFTEST: ${KERNEL}`, ...noise, "noise").at(-1)).toBe("lost");
  });

  it("tells at the end what never became whole", () => {
    const torn = new TornLines(manifest, LINUX_INTRUSION);
    torn.push(`SELFTEST: udp${KERNEL}`);
    expect(torn.end()).toEqual({ kind: "lost", head: "SELFTEST: udp" });
    expect(torn.end()).toEqual({ kind: "plain" });
  });
});
