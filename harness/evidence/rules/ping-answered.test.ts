import { describe, expect, it } from "vitest";
import type { CapturedFrame, Direction } from "../../capture/captured-frame.ts";
import type { Tap } from "../scene/tap.ts";
import type { Scene } from "../scene/scene.ts";
import type { Judgement } from "./rule.ts";
import { pingAnswered } from "./ping-answered.ts";

const [A, B] = [
  [10, 24, 0, 1],
  [10, 24, 0, 2],
];

/** An ICMP message as U-Boot sends it: its packets live for 255 hops. */
function icmp(type: number, from: readonly number[], to: readonly number[], content = "ping"): Uint8Array {
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 7, 0, 1]), Buffer.from(content)]);
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + message.length, 2);
  header.writeUInt8(255, 8);
  header.writeUInt8(1, 9);
  Buffer.from([...from, ...to]).copy(header, 12);
  return Buffer.concat([Buffer.alloc(12), Buffer.from([0x08, 0x00]), header, message]);
}

function judged(frames: readonly (readonly [Direction, Uint8Array])[], node = "a"): Judgement {
  const seen = frames.map(([direction, bytes], at) => {
    const captured: CapturedFrame = {
      bytes: Buffer.from(bytes),
      wireLength: bytes.length,
      timeUs: at,
      direction,
      comments: [],
    };
    return { captured, direction, packet: undefined };
  });
  const tap: Tap = { name: "a.0", node: "a", nic: 0, mac: undefined, path: "x", cutShort: false, frames: seen };
  return pingAnswered.judge({ taps: [tap] } as unknown as Scene, 1, node);
}

const ECHO = ["sent", icmp(8, A, B)] as const;
const REPLY = ["received", icmp(0, B, A)] as const;

describe("a ping", () => {
  it("is answered by a reply with the same content, later, from whom was asked", () => {
    expect(judged([ECHO, REPLY])).toEqual({ finding: "confirmed", saw: "1 echo sent, 1 answered" });
  });

  it.each([
    ["was never sent", [REPLY], "0 echos sent, 0 answered"],
    ["had no reply", [ECHO], "1 echo sent, 0 answered"],
    ["had its reply before", [REPLY, ECHO], "1 echo sent, 0 answered"],
    ["was answered with other words", [ECHO, ["received", icmp(0, B, A, "pong")]], "1 echo sent, 0 answered"],
    ["was answered by somebody else", [ECHO, ["received", icmp(0, [10, 24, 0, 3], A)]], "1 echo sent, 0 answered"],
    ["was answered to somebody else", [ECHO, ["received", icmp(0, B, [10, 24, 0, 3])]], "1 echo sent, 0 answered"],
    [
      "came from the other side",
      [
        ["received", icmp(8, B, A)],
        ["sent", icmp(0, A, B)],
      ],
      "0 echos sent, 0 answered",
    ],
  ] as const)("that %s", (_, frames, saw) => expect(judged([...frames])).toEqual({ finding: "contradicted", saw }));

  it("that was sent over and over costs no more than its frames", () => {
    const many = (direction: Direction, one: (at: number) => Uint8Array) =>
      Array.from({ length: 20_000 }, (_, at) => [direction, one(at)] as const);
    const frames = [...many("sent", (at) => icmp(8, A, B, `${at}`)), ...many("received", () => icmp(0, B, A))];
    expect(judged(frames).saw).toBe("20000 echos sent, 0 answered");
  });

  it("of a node without a NIC on the switch can't be judged", () => {
    expect(judged([ECHO, REPLY], "c").finding).toBe("unavailable");
  });
});
