import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { VirtualFrame } from "../../../contract/virtual-frame.ts";
import { fromHex, nobleCrypto, toHex } from "../../core/index.ts";
import { findScenario } from "../../sim/scenarios/catalogue.ts";
import { RunCapture } from "./run-capture.ts";
import { runSeeds } from "./run-seeds.ts";
import { checkSimValues } from "./sim-arguments.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-run-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function runTapped(name: string) {
  const [framesFile, secretsFile] = [join(folder, `${name}.lines`), join(folder, `${name}.secrets`)];
  const scenario = findScenario(name);
  if (scenario === undefined) throw new RangeError(`no scenario ${name}`);
  const args = checkSimValues({ scenario: name, seed: "5" });
  const plain = await runSeeds(scenario, args);
  const tap = new RunCapture(framesFile, secretsFile);
  const tapped = await runSeeds(scenario, args, { tap });
  tap.close();
  expect(tapped.traceHash).toBe(plain.traceHash);
  expect([tapped.failed, plain.failed]).toEqual([0, 0]);
  expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
  const linesOf = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");
  const frames = linesOf(framesFile).map((line) => JSON.parse(line) as VirtualFrame);
  return { frames, secrets: linesOf(secretsFile) };
}

const keysIn = (secrets: readonly string[], word: string): (readonly [string, string])[] =>
  secrets
    .map((line) => line.split(" "))
    .flatMap(([first, key = "", secret = ""]) => (first === word ? [[key, secret] as const] : []));

describe("a tapped run is the same run", () => {
  it("of endpoints: every datagram as it left and as it came, what was lost, and what opens it", async () => {
    const { frames, secrets } = await runTapped("loss10");
    expect(new Set(frames.map(({ nic }) => nic))).toEqual(new Set(["a.0", "b.0"]));
    expect(frames.map(({ atUs }) => atUs)).toEqual(frames.map(({ atUs }) => atUs).sort((one, other) => one - other));
    const sent = frames.filter(({ direction }) => direction === "sent");
    const lost = sent.filter(({ comment }) => comment?.startsWith("dropped: ") === true);
    expect(lost.length).toBeGreaterThan(0);
    // The last ones may still be under way when the run is over.
    const underWay = sent.length - lost.length - (frames.length - sent.length);
    expect([0, 1, 2, 3]).toContain(underWay);
    const [first] = sent;
    expect(first?.payload).toHaveLength(2400);
    for (const word of ["UDPSEC_STATIC", "UDPSEC_EPHEMERAL"]) {
      const keys = keysIn(secrets, word);
      expect(keys.length).toBeGreaterThanOrEqual(2);
      for (const [key, secret] of keys) {
        expect(toHex(nobleCrypto.x25519Key(fromHex(secret) ?? new Uint8Array(0)).publicKey)).toBe(key);
      }
    }
    // MSG1 carries the first of them behind its header.
    expect(keysIn(secrets, "UDPSEC_EPHEMERAL").map(([key]) => key)).toContain(first?.payload.slice(52, 116));
  });

  it("of daemons over TCP: a byte stream that begins with SYN, has no gap and carries the ephemeral keys", async () => {
    const { frames, secrets } = await runTapped("fallback-disabled");
    const segments = frames.flatMap(({ tcp, direction, from, to, payload }) =>
      tcp !== undefined && direction === "received"
        ? [{ ...tcp, way: `${from.host}:${from.port}>${to.host}:${to.port}`, payload }]
        : [],
    );
    const ways = new Set(segments.map(({ way }) => way));
    expect(ways.size).toBe(2);
    const streams = [...ways].map((way) => {
      let awaited = 0;
      let stream = "";
      for (const { flags, sequence, payload } of segments.filter((segment) => segment.way === way)) {
        expect(sequence).toBe(awaited);
        stream += payload;
        awaited += payload.length / 2 + ((flags & 3) === 0 ? 0 : 1);
      }
      return stream;
    });
    const keys = keysIn(secrets, "UDPSEC_EPHEMERAL").map(([key]) => key);
    // Noise messages 1 and 2, behind their lengths.
    for (const stream of streams) expect(keys).toContain(stream.slice(4, 68));
  });
});
