import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { closeBody, receiverState, sealedPacket } from "../observer/wire/sealed-packet.ts";
import { STAGE } from "../../scripts/vectors/maker/udp-stage.ts";
import { pcapFile } from "../evidence/capture-writer.fixture.ts";
import { flipped, hex, join as joined, u8, zeros } from "../observer/crypto/bytes.ts";
import { x25519Public } from "../observer/crypto/primitives.ts";
import { udpFrame } from "../observer/wire/capture-frames.fixture.ts";
import { TYPES } from "../observer/wire/udp-header.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";
import { judgeCommand } from "./judge-command.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg2, msg3, noise } = handshake;
const A = { address: "127.0.0.1", port: 40_001 };
const B = { address: "127.0.0.1", port: 37_021 };
const SESSION = { low: initiator.half, high: responder.half };
const OPEN = receiverState({ delivered: 0, window: 262_144, ackDelayUs: 0 });
const CLOSED = joined(receiverState({ delivered: 0, window: 0, ackDelayUs: 0 }), closeBody(0, zeros(0)));
const KEYS = { initiator: noise.initiatorKey, responder: noise.responderKey };

const folder = mkdtempSync(join(tmpdir(), "judge-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const packet = (who: keyof typeof KEYS, typ: number, pn: number, ack: number, plaintext: Uint8Array): Buffer => {
  const [from, to] = who === "initiator" ? [A, B] : [B, A];
  return udpFrame(from, to, sealedPacket(KEYS[who], { typ, ...SESSION, pn, ack }, plaintext));
};
/** The shortest life: nothing but a handshake, an acknowledgement and the end. */
const LIFE = [
  udpFrame(A, B, msg1),
  udpFrame(B, A, msg2),
  udpFrame(A, B, msg3),
  packet("responder", TYPES.PING, 1, 0, OPEN),
  packet("initiator", TYPES.ACK, 1, 1, joined(OPEN, u8(0))),
  packet("initiator", TYPES.CLOSE, 2, 1, CLOSED),
  packet("responder", TYPES.CLOSE, 2, 2, CLOSED),
];
const capture = (name: string, frames: readonly Buffer[]): string =>
  file(name, pcapFile(frames.map((bytes) => ({ bytes }))));
const secrets = file(
  "secrets.txt",
  [
    `UDPSEC_IDENTITY ${responder.device.deviceId} ${hex(responder.device.seed)}`,
    `UDPSEC_EPHEMERAL ${hex(x25519Public(responder.ephemeral))} ${hex(responder.ephemeral)}`,
  ].join("\n"),
);

interface Answer {
  readonly status: number;
  /** With the progress that a host has time to show. */
  readonly text: string;
  readonly stdout: string;
}

async function judge(...words: string[]): Promise<Answer> {
  const said = { text: "", stdout: "" };
  const stream = (...kinds: (keyof typeof said)[]): NodeJS.WriteStream => {
    const write = (part: string): boolean => {
      for (const kind of kinds) said[kind] += part;
      return true;
    };
    return { write } as unknown as NodeJS.WriteStream;
  };
  const signal = new AbortController().signal;
  const io: CommandIo = { stdout: stream("text", "stdout"), stderr: stream("text"), environment: {}, signal };
  return { status: await judgeCommand.run(parseCommandArguments(judgeCommand, words), io), ...said };
}

describe("the exit status", () => {
  test("0: a session from MSG1 to its end, no rule broken", async () => {
    const { status, text } = await judge(capture("life.pcap", LIFE), "--secrets", secrets);
    expect(text).toMatch(/^followed {2}udp {2}127\.0\.0\.1:40001 .* from packet 1 of /m);
    expect(text).toMatch(/^kept: 1 sessions to their end, 0 open, 0 refused; 0 findings; 7 frames$/m);
    expect(status).toBe(0);
  });

  test("1: a broken rule, with packet and section", async () => {
    const path = capture("broken.pcap", [udpFrame(A, B, flipped(msg1, 1170)), ...LIFE]);
    const { status, text } = await judge(path, "--secrets", secrets);
    expect(text).toMatch(/^broken .*broken\.pcap packet 1: mac1, by the initiator: /m);
    expect(text).toMatch(/^ +docs\/distributed\/dsoftbus-transport\.md#34-mac1-retry-cookies \[H-19\]$/m);
    expect(status).toBe(1);
  });

  test("2: nothing, or not everything", async () => {
    const path = capture("life.pcap", LIFE);
    expect((await judge(path)).status).toBe(2);
    const late = await judge(capture("late.pcap", LIFE.slice(3)), "--secrets", secrets, "--json");
    expect(late.status).toBe(2);
    expect(JSON.parse(late.stdout)).toMatchObject({
      verdict: "not-judged",
      unjudged: [{ what: "a packet without its session's handshake", number: 1, times: 4 }],
    });
    const cut = capture("cut.pcap", LIFE);
    writeFileSync(cut, pcapFile([...LIFE, udpFrame(A, B, zeros(4))].map((bytes) => ({ bytes }))).subarray(0, -1));
    expect((await judge(cut, "--secrets", secrets)).status).toBe(2);
  });
});

test("a plan says who is who", async () => {
  const { deviceId, staticPublicKey } = responder.device;
  const devices = [{ name: "b", deviceId, staticKey: hex(staticPublicKey) }];
  const path = capture("life.pcap", LIFE);
  const { status, text } = await judge(
    path,
    "--secrets",
    secrets,
    "--plan",
    file("plan.json", JSON.stringify({ devices })),
  );
  // The initiator is nobody that the plan names: whoever talks to it breaks a rule.
  expect(text).toMatch(/packet 4: refused-message-3, by the responder/);
  expect(status).toBe(1);
});

test("a run's own plan is one too, and lets strangers in", async () => {
  const { deviceId, staticPublicKey } = responder.device;
  const process = {
    name: "b-dsoftbusd",
    kind: "dsoftbusd",
    host: "10.0.0.1",
    deviceId,
    staticKey: hex(staticPublicKey),
  };
  const plan = { version: 1, name: "udp-sec", nodes: [{ name: "b", guest: "udpsec", processes: [process] }] };
  const path = capture("life.pcap", LIFE);
  const kept = await judge(path, "--secrets", secrets, "--plan", file("run.json", JSON.stringify(plan)));
  expect(kept.status).toBe(0);
  const other = { ...plan, nodes: [{ processes: [{ ...process, deviceId: "ab".repeat(32) }] }] };
  const broken = await judge(path, "--secrets", secrets, "--plan", file("run.json", JSON.stringify(other)));
  expect(broken.text).toMatch(/packet 2: device, by the responder/);
});

test.each([
  ["no capture", [], /a capture is judged/],
  ["a capture that isn't there", [join(folder, "nothing")], /no capture that can be read/],
  ["secrets that aren't there", [secrets, "--secrets", join(folder, "nothing")], /no file of secrets/],
  ["a line of secrets that is none", [secrets, "--secrets", file("bad.txt", "UDPSEC_PEER 12")], /bad\.txt, line 1/],
  ["a plan that is no JSON", [secrets, "--plan", secrets], /secrets\.txt: /],
  ["a plan with a key too many", [secrets, "--plan", file("odd.json", '{"devises": []}')], /devises/],
])("%s is told before anything is judged", async (_, words, message) => {
  await expect(judge(...words)).rejects.toThrow(message);
});
