import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CASES } from "../conform/cases/index.ts";
import { readIdentities } from "../conform/grounds/identity-file.ts";
import { chooseCases } from "../conform/run/choose-cases.ts";
import { startPeerTarget } from "../conform/peer-target.fixture.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { BUNDLES } from "../host/bundles.ts";
import { freePort } from "../host/free-port.ts";
import { hex } from "../observer/crypto/bytes.ts";
import { type Device, deviceOfSeed } from "../observer/crypto/device.ts";
import { LieStage } from "../peer/lies/stage.ts";
import { dispatch } from "./dispatch.ts";

const SELF_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), "conform-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content?: unknown): string => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const KEY = "ab".repeat(32);
const IDENTITY = { target: { deviceId: KEY, staticKey: KEY }, suite: [KEY] };

function diallerConfiguration(mode: string, device: Device, suite: Device, port: number): unknown {
  const { deviceId, staticPublicKey } = suite;
  const peer = { name: "suite", deviceId, staticKey: hex(staticPublicKey), host: "127.0.0.1", port, dial: true };
  const daemon = {
    ...{ kind: "dsoftbusd", namespace: "root", identitySeed: hex(device.seed), mode, udpSecEnabled: true },
    ...{ entropyPolicy: "kernel", allowUnknownPeers: false, listen: { host: "127.0.0.1", port: 0 }, peers: [peer] },
  };
  return { version: 1, run: "conform", node: "target", keyLog: false, lingerMs: SELF_MS, processes: [daemon] };
}

async function conform(...words: readonly string[]): Promise<{ status: number; text: string }> {
  let text = "";
  const output = { write: (part: string) => void (text += part), isTTY: false, columns: 80 };
  const { signal } = new AbortController();
  const status = await dispatch(["conform", ...words], { stdout: output, stderr: output, environment: {}, signal });
  return { status, text };
}

describe("udpsec conform --self", () => {
  // All of them are a stage of their own (scripts/stages.ts).
  test("the project's own daemons pass, listening and dialling", { timeout: SELF_MS }, async () => {
    const [json, junit] = [file("self.json"), file("self.xml")];
    const chosen = ["--quick", "--only", "2", "--only", "3.4", "--only", "10"];
    const cases = chooseCases(CASES, { only: ["2", "3.4", "10"], isQuick: true });
    expect(new Set(cases.map(({ target }) => target))).toEqual(new Set(["listens", "dials"]));
    const { status, text } = await conform("--self", ...chosen, "--json", json, "--junit", junit);
    expect(text.split("\n").filter((line) => /^(no|\?\?) /.test(line))).toEqual([]);
    expect(text).toContain(`passed: ${cases.length} passed, 0 failed, 0 inconclusive`);
    expect(status).toBe(0);
    const report = JSON.parse(readFileSync(json, "utf8")) as { cases: { id: string }[] };
    expect(report.cases.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    expect(readFileSync(junit, "utf8").match(/<testcase /g)).toHaveLength(cases.length);
  });
});

describe("udpsec conform --listen", () => {
  test("tries whoever dials, one dial after the other", { timeout: 60_000 }, async () => {
    const [self, dialler] = [deviceOfSeed(new Uint8Array(32).fill(5)), deviceOfSeed(new Uint8Array(32).fill(6))];
    const port = await freePort();
    const path = file("listen.json", {
      target: { deviceId: dialler.deviceId, staticKey: hex(dialler.staticPublicKey) },
      suite: [hex(self.seed)],
    });
    const { deviceId, staticPublicKey } = self;
    const guest = { deviceId, staticPublicKey, place: { address: "127.0.0.1", port } };
    const common = { self: dialler, stranger: self, guest, patienceMs: 2_000 };
    const stage = new LieStage({ ...common, onEphemeral: () => undefined, onSocket: () => undefined });
    let isOver = false;
    const dialling = async (): Promise<void> => {
      while (!isOver) {
        await stage
          .open()
          .then((open) => open.session.changes.until("CLOSE", () => open.session.peerClose))
          .catch(() => undefined);
        stage.end();
      }
    };
    const words = ["--only", "3.1/dialler-*", "--only", "3.5/msg2-again-on-a-connection", "--only", "11/tcp-alone"];
    const [{ status, text }] = await Promise.all([
      conform("--listen", `127.0.0.1:${port}`, "--identity", path, ...words).finally(() => (isOver = true)),
      dialling(),
    ]);
    expect(text).toMatch(/the suite listens at 127\.0\.0\.1:\d+: let the target dial/);
    expect(text).toMatch(/11\/tcp-alone: it takes a dialler in the mode tcp, and this one is in auto/);
    expect(text).toContain("not all could be judged: 3 passed, 0 failed, 1 inconclusive");
    expect(status).toBe(2);
  });

  test(
    "starts the project's own daemon for each case, in the mode that the case asks for",
    { timeout: SELF_MS },
    async () => {
      const [self, dialler] = [deviceOfSeed(new Uint8Array(32).fill(7)), deviceOfSeed(new Uint8Array(32).fill(8))];
      const { path: agent } = await bundleEntry({ ...BUNDLES.agentOnHost });
      const port = await freePort();
      const identity = file("started.json", {
        target: { deviceId: dialler.deviceId, staticKey: hex(dialler.staticPublicKey) },
        suite: [hex(self.seed)],
      });
      for (const mode of ["auto", "udp-sec", "tcp"])
        file(`${mode}.json`, diallerConfiguration(mode, dialler, self, port));
      const command = `exec '${process.execPath}' '${agent}' --config "${folder}/$UDPSEC_DIAL_MODE.json" --events '${folder}/dialler.ndjson'`;
      const only = ["3.1/dialler-*", "3.4/retry-is-followed", "8/initiator-*", "10/second-accept", "11/tcp-alone"];
      const words = ["--mode", "each", "--dial-command", command, ...only.flatMap((pattern) => ["--only", pattern])];
      const { status, text } = await conform("--listen", `127.0.0.1:${port}`, "--identity", identity, ...words);
      expect(text).toMatch(/the suite listens at 127\.0\.0\.1:\d+: the dial command is started for each case/);
      expect(text).toMatch(/passed: 6 passed, 0 failed, 0 inconclusive/);
      expect(status).toBe(0);
    },
  );

  test("says that a dial command can't be started, after one case", { timeout: SELF_MS }, async () => {
    const words = ["--listen", "any", "--identity", file("identity.json", IDENTITY)];
    await expect(conform(...words, "--dial-command", "no-such-dialler")).rejects.toMatchObject({
      code: "conform-nobody",
      message: expect.stringMatching(/the dial command ended with status 127, .*not found/) as string,
    });
  });

  test.each([
    [["--self", "--dial-command", "true"], /without --listen/],
    [["--listen", "any", "--mode", "each"], /told the mode/],
    [["--listen", "any", "--mode", "fast"], /--mode fast is none/],
  ])("%j is no way to dial", async (words, message) => {
    await expect(conform(...words, "--identity", file("identity.json", IDENTITY))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message) as string,
    });
  });

  test("says where it can't listen", async () => {
    const path = file("identity.json", IDENTITY);
    await expect(conform("--listen", "192.0.2.1:9", "--identity", path)).rejects.toMatchObject({
      code: "conform-listen",
    });
  });
});

describe("udpsec conform", () => {
  test("lists cases with their rules", async () => {
    const { status, text } = await conform("--list", "--only", "3.5/msg3-again");
    expect(status).toBe(0);
    expect(text).toMatch(/^3\.5\/msg3-again {2}\(udp H-40 RX-38\)\n {4}the same MSG3 .*; the target must answer/);
    expect(text).toMatch(/\n1 cases\n$/);
  });

  test("makes identities, whose target is still to be filled in", async () => {
    const path = file("new.json");
    const { text } = await conform("--new-identity", path);
    expect(text.match(/device_id [0-9a-f]{64} {2}static key [0-9a-f]{64}/g)).toHaveLength(4);
    expect(() => readIdentities(path)).toThrow(/target.deviceId: must be 64 lowercase hex digits/);
  });

  test("tries a target somewhere, and fails where a case does", { timeout: 30_000 }, async () => {
    const target = await startPeerTarget();
    const { device, suite, port } = target;
    const path = file("peer.json", {
      target: { deviceId: device.deviceId, staticKey: hex(device.staticPublicKey) },
      suite: [hex(suite.seed)],
    });
    const words = ["--target", `127.0.0.1:${port}`, "--identity", path, "--only"];
    expect((await conform(...words, "2/answers-as-itself")).status).toBe(0);
    const { status, text } = await conform(...words, "3.4/msg1-*");
    expect([status, text]).toEqual([1, expect.stringContaining("no ")]);
    target.end();
  });

  test.each([
    [["--target", "127.0.0.1:1"], "usage"],
    [["--target", "nowhere"], "usage"],
    [["--target", "127.0.0.1:0", "--identity", "IDENTITY"], "usage"],
    [["--target", "no-such-host.invalid:37021", "--identity", "IDENTITY"], "conform-host"],
    [["--target", "127.0.0.1:9", "--identity", "IDENTITY", "--patience", "1"], "conform-nobody"],
    [["--target", "127.0.0.1:9", "--identity", "absent"], "conform-identity"],
    [["--target", "127.0.0.1:9", "--identity", "NO_JSON"], "conform-identity"],
    [["--target", "127.0.0.1:9", "--identity", "BAD_KEY"], "conform-identity"],
    [["--target", "127.0.0.1:9", "--identity", "TWICE"], "conform-identity"],
    [["--target", "127.0.0.1:9", "--identity", "IDENTITY", "--only", "11"], "usage"],
    [["--listen", "any", "--identity", "IDENTITY", "--only", "2/answers-as-itself"], "usage"],
    [["--target", "127.0.0.1:9", "--identity", "IDENTITY", "--json", "no-such-folder/conform.json"], "usage"],
    [["--target", "127.0.0.1:9", "--identity", "IDENTITY", "--junit", tmpdir()], "usage"],
    [["--self", "--target", "127.0.0.1:9"], "usage"],
    [["--self", "--patience", "soon"], "usage"],
    [["--self", "--only", "3.6"], "usage"],
    [["--self", "stray"], "usage"],
    [[], "usage"],
  ])("%j is told as %s", async (words, code) => {
    const files: Readonly<Record<string, string>> = {
      IDENTITY: file("identity.json", IDENTITY),
      TWICE: file("twice.json", { ...IDENTITY, suite: [KEY, KEY] }),
      NO_JSON: file("no.json", "{"),
      BAD_KEY: file("bad.json", { ...IDENTITY, suite: ["AB"] }),
    };
    await expect(conform(...words.map((word) => files[word] ?? word))).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/./) as string,
    });
  });
});
