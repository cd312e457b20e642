import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { AWAITED_ARRIVALS, Manifest, parseManifest } from "./manifest.ts";

const entry = { id: "up", text: "dsoftbus: up <port:port> (v1.0)", process: "p", proves: "x", evidence: [] };
const manifest = new Manifest([entry]);

describe("manifest", () => {
  it("holds every marker of the project, each recognised by its own text", () => {
    const entries = parseManifest(readFileSync(join(projectRoot(), "fixtures/markers.toml"), "utf8"));
    const all = new Manifest(entries);
    expect(entries.length).toBeGreaterThanOrEqual(12);
    for (const { id, text } of entries) expect(all.match(text.replace("<port:port>", "4711"))?.marker.id).toBe(id);
  });

  it("captures fields and takes nothing but the exact line", () => {
    expect(manifest.match("dsoftbus: up 4711 (v1.0)")?.fields).toEqual({ port: "4711" });
    for (const line of [
      "dsoftbus: up 4711 (v1x0)",
      " dsoftbus: up 1 (v1.0)",
      "dsoftbus: up 1 (v1.0) ",
      "dsoftbus: up (v1.0)",
    ]) {
      expect(manifest.match(line)).toBeUndefined();
    }
  });

  it.each([
    ["0", false],
    ["1", true],
    ["65535", true],
    ["65536", false],
    ["08", false],
  ])("port %s", (port, taken) => {
    expect(manifest.match(`dsoftbus: up ${port} (v1.0)`) !== undefined).toBe(taken);
  });

  it("knows what could begin a marker", () => {
    expect(["d", "dsoftbus: up", "dsoftbus: up 47"].every((text) => manifest.isPrefix(text))).toBe(true);
    expect(["", "dsoftbux", "x"].some((text) => manifest.isPrefix(text))).toBe(false);
  });

  it("says which marker waits for what never arrives, and for what it may wait", () => {
    const listed = (after: string): string =>
      `[[marker]]\nid = "up"\ntext = "x"\nprocess = "p"\nproves = "x"\nafter = "${after}"\n`;
    for (const after of AWAITED_ARRIVALS) expect(parseManifest(listed(after))).toMatchObject([{ after }]);
    expect(() => parseManifest(listed("supper"))).toThrow(/marker up: after: .*"handshake"/);
  });

  it("refuses two markers with one id, unknown field types and broken files", () => {
    expect(() => new Manifest([entry, entry])).toThrow("listed twice");
    expect(() => new Manifest([{ ...entry, text: "x <a:float>" }])).toThrow("no field type float");
    expect(() => parseManifest("[[marker]]\nid = 1")).toThrow("can't be used");
    expect(() => parseManifest("marker = [")).toThrow("can't be used");
  });
});
