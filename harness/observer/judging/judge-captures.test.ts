import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealedPacket } from "../wire/sealed-packet.ts";
import { STAGE } from "../../../scripts/vectors/maker/udp-stage.ts";
import { block, pcapFile, pcapngFile, u32le } from "../../evidence/capture-writer.fixture.ts";
import { flipped, hex, zeros } from "../crypto/bytes.ts";
import { x25519Public } from "../crypto/primitives.ts";
import { planned, secretsOf } from "../handshakes/observed-run.fixture.ts";
import { UDPSEC_SECRETS_TYPE } from "../keys/secrets-block.ts";
import { Secrets } from "../keys/secrets.ts";
import { type FrameOptions, LINK_TYPES, tcpFrame, udpFrame } from "../wire/capture-frames.fixture.ts";
import { TYPES } from "../wire/udp-header.ts";
import { judgeCaptures } from "./judge-captures.ts";
import type { FollowedEnd, FollowedReport, JudgeReport } from "./judge-report.ts";
import type { UdpFollowing } from "./session-book.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg2, msg3, noise } = handshake;
const SESSION = { low: initiator.half, high: responder.half };
const A = { address: "10.77.0.1", port: 40_001 };
const B = { address: "10.77.0.2", port: 37_021 };
const PING = sealedPacket(noise.responderKey, { typ: TYPES.PING, ...SESSION, pn: 1 }, zeros(16));
const CLOSE = sealedPacket(noise.initiatorKey, { typ: TYPES.CLOSE, ...SESSION, pn: 1 }, zeros(19));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), "judge-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Follows nothing but where a packet was seen, and takes a CLOSE for the end. */
class StubFollower implements UdpFollowing {
  readonly taken: string[] = [];
  #closed = false;

  take(packet: Parameters<UdpFollowing["take"]>[0]): void {
    this.taken.push(`${packet.number} ${packet.sender} ${packet.place}`);
    this.#closed ||= packet.datagram[1] === TYPES.CLOSE;
  }

  unopened(): void {
    this.taken.push("unopened");
  }

  end(): FollowedReport {
    const close = this.#closed ? { code: 0, reason: "" } : undefined;
    const end = (own: FollowedEnd["close"]): FollowedEnd => ({
      ...{ packets: 0, unopened: 0, streamBytes: 0, hasFinished: false, close: own, unjudged: [] },
    });
    return { findings: [], leftOff: 0, services: [], ends: { initiator: end(close), responder: end(undefined) } };
  }
}

interface Judged {
  readonly report: JudgeReport;
  readonly taken: readonly string[];
}

async function judged(
  files: readonly Buffer[],
  secrets = secretsOf([responder]),
  taps: readonly string[] = [],
): Promise<Judged> {
  const captures = await Promise.all(
    files.map(async (bytes, index) => {
      const path = joinPath(folder, `capture-${index}`);
      await writeFile(path, bytes);
      return { path, file: `${index}.pcap` };
    }),
  );
  const followers: StubFollower[] = [];
  const add = (): StubFollower => {
    const follower = new StubFollower();
    followers.push(follower);
    return follower;
  };
  const report = await judgeCaptures(captures, {
    secrets,
    devices: planned(initiator.device, responder.device),
    taps: new Set(taps),
    timing: { clockSlackUs: 0, lagUs: 0 },
    followers: {
      udp: add,
      tcp: () => ({ ...new StubFollower(), take: () => {}, ended: () => {}, end: () => add().end() }),
    },
  });
  return { report, taken: followers.flatMap(({ taken }) => taken) };
}

function frames(options: FrameOptions = {}, from = A, to = B): Buffer[] {
  return [
    udpFrame(from, to, msg1, options),
    udpFrame(to, from, msg2, options),
    udpFrame(from, to, msg3, options),
    udpFrame(to, from, PING, options),
    udpFrame(from, to, CLOSE, options),
  ];
}

function fileOf(bytes: readonly Buffer[], link: keyof typeof LINK_TYPES = "ethernet"): Buffer {
  const file = pcapFile(bytes.map((frame) => ({ bytes: frame })));
  file.writeUInt32LE(LINK_TYPES[link], 20);
  return file;
}

describe("a session from its first message to its end", () => {
  test.each(["ethernet", "sll", "sll2", "raw", "null"] as const)("on link %s", async (link) => {
    const { report, taken } = await judged([fileOf(frames({ link }), link)]);
    expect(report).toMatchObject({ verdict: "kept", frames: 5, findings: [], unjudged: [] });
    expect(report.sessions).toMatchObject([
      {
        transport: "udp",
        initiator: { socket: "10.77.0.1:40001", deviceId: initiator.device.deviceId },
        responder: { socket: "10.77.0.2:37021", deviceId: responder.device.deviceId },
        from: { file: "0.pcap", number: 1 },
        outcome: "followed",
      },
    ]);
    // Cooked frames that came to this machine were only seen as they came.
    const places = link.startsWith("sll") ? ["delivered"] : ["sent", "delivered"];
    expect(taken).toEqual([
      ...places.map((place) => `4 responder ${place}`),
      ...places.map((place) => `5 initiator ${place}`),
    ]);
  });

  test("on loopback, whose checksums nobody fills in", async () => {
    const lo = { address: "127.0.0.1", port: 5 };
    const { report } = await judged([fileOf(frames({ checksum: "offloaded" }, lo, { ...lo, port: 6 }))]);
    expect(report.verdict).toBe("kept");
    expect(report.sessions[0]?.initiator.tapped).toBe(true);
  });

  test("seen at one of its ends: by a tap's address, or by the capture's directions", async () => {
    const tapped = await judged([fileOf(frames())], secretsOf([responder]), [B.address]);
    expect(tapped.taken).toEqual(["4 responder sent", "5 initiator delivered"]);
    const directions = ["received", "sent", "received", "sent", "received"] as const;
    const named = pcapngFile([
      { name: "b.0", frames: frames().map((bytes, index) => ({ bytes, direction: directions[index] ?? "sent" })) },
    ]);
    expect((await judged([named])).taken).toEqual(tapped.taken);
  });

  test("in two captures, each of one end, taken together by their times", async () => {
    const both = await judged([fileOf(frames()), fileOf(frames())], secretsOf([initiator, responder]), [A.address]);
    expect(both.report.sessions).toHaveLength(1);
  });

  test("with the secrets in the capture itself", async () => {
    const { device, ephemeral } = responder;
    const text = Buffer.from(
      `UDPSEC_STATIC ${hex(device.staticPublicKey)} ${hex(device.staticSecret)}\nUDPSEC_EPHEMERAL ${hex(x25519Public(ephemeral))} ${hex(ephemeral)}`,
    );
    const padding = Buffer.alloc((4 - (text.length % 4)) % 4);
    const secretsBlock = block(10, Buffer.concat([u32le(UDPSEC_SECRETS_TYPE), u32le(text.length), text, padding]));
    const file = pcapngFile([{ name: "lo", frames: frames().map((bytes) => ({ bytes })) }]);
    const head = file.readUInt32LE(4);
    const { report } = await judged(
      [Buffer.concat([file.subarray(0, head), secretsBlock, file.subarray(head)])],
      new Secrets(),
    );
    expect(report.verdict).toBe("kept");
  });
});

describe("what is not everything", () => {
  const whatOf = ({ report }: Judged): (string | number)[][] =>
    report.unjudged.map(({ what, number, times }) => [what, number, times]);

  test("without an end, a session isn't followed", async () => {
    const { report } = await judged([fileOf(frames().slice(0, 4))]);
    expect([report.verdict, report.sessions[0]?.outcome]).toEqual(["not-judged", "open"]);
  });

  test("nothing at all is no proof", async () => {
    expect((await judged([fileOf([])])).report.verdict).toBe("not-judged");
  });

  test("a cut file, a snap length, another link type, a missing start, drops: each told from where on", async () => {
    expect(whatOf(await judged([fileOf(frames()).subarray(0, -1)]))).toEqual([["the file ends within a record", 5, 1]]);
    expect(whatOf(await judged([fileOf(frames().map((frame) => frame.subarray(0, 96)))]))).toEqual([
      ["packets that a snap length cut", 1, 5],
    ]);
    const infiniband = fileOf(frames());
    infiniband.writeUInt32LE(247, 20);
    expect(whatOf(await judged([infiniband]))).toEqual([["frames of link type 247", 1, 5]]);
    expect(whatOf(await judged([fileOf(frames().slice(3))]))).toEqual([
      ["a packet without its session's handshake", 1, 2],
    ]);
    expect(whatOf(await judged([Buffer.from("no capture at all")]))).toEqual([["neither pcap nor pcapng", 1, 1]]);
  });

  test("fragments and TCP connections without a beginning count where their ends are known", async () => {
    const fragment = udpFrame(A, B, zeros(100));
    fragment.writeUInt16BE(0x2000, 14 + 6);
    const other = { address: "10.99.0.1", port: 1 };
    const strange = udpFrame(other, B, zeros(100));
    strange.writeUInt16BE(0x2000, 14 + 6);
    const segment = tcpFrame(A, B, { sequence: 9, payload: zeros(4) });
    const stray = tcpFrame(A, other, { sequence: 9, payload: zeros(4) });
    const seen = await judged([fileOf([...frames(), fragment, strange, segment, stray])]);
    expect(whatOf(seen)).toEqual([
      ["a TCP connection whose beginning is not in the capture", 8, 1],
      ["fragments of IP packets", 6, 1],
    ]);
  });

  test("a secret that isn't its public key's is used for nothing, and told", async () => {
    const secrets = secretsOf([responder]);
    secrets.addEphemeral(x25519Public(initiator.ephemeral), responder.ephemeral);
    const { report } = await judged([fileOf(frames())], secrets);
    expect([report.verdict, report.unjudged[0]?.what]).toEqual([
      "not-judged",
      `a secret that isn't that of ${hex(x25519Public(initiator.ephemeral))}`,
    ]);
  });
});

describe("a broken rule", () => {
  test("is told with its packet and its place in the specification", async () => {
    const [first = Buffer.alloc(0), ...rest] = frames();
    const { report } = await judged([fileOf([first, udpFrame(A, B, flipped(msg1, 1170)), ...rest])]);
    expect(report.verdict).toBe("broken");
    expect(report.findings).toMatchObject([
      {
        rule: "mac1",
        end: "initiator",
        file: "0.pcap",
        number: 2,
        requirement: "H-19",
        where: "dsoftbus-transport.md#34-mac1-retry-cookies",
      },
    ]);
  });

  test("is not seen in a frame whose checksum is wrong: nobody received it", async () => {
    const bad = udpFrame(A, B, flipped(msg1, 1170), { checksum: "bad" });
    expect((await judged([fileOf([frames()[0]!, bad, ...frames().slice(1)])])).report.verdict).toBe("kept");
  });

  test("over and over is counted, not listed", async () => {
    const bad = Array.from({ length: 40 }, () => udpFrame(A, B, flipped(msg1, 1170)));
    const { report } = await judged([fileOf([...frames(), ...bad])]);
    expect(report.findings.filter(({ rule }) => rule === "mac1")).toHaveLength(16);
    expect(report.leftOff).toBeGreaterThanOrEqual(24);
  });
});
