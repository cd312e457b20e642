import { describe, expect, test } from "vitest";
import type { Direction } from "../../capture/captured-frame.ts";
import type { Scene } from "../scene/scene.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import { twoWitnesses } from "./two-witnesses.ts";

type Seen = readonly [Direction, string, number?];

function frame([direction, text, atUs = 0]: Seen, isSwitch: boolean): TappedFrame {
  const bytes = Buffer.from(text);
  const captured = {
    ...{ bytes, wireLength: bytes.length, timeUs: atUs, comments: [] },
    direction: isSwitch ? direction : ("unknown" as const),
  };
  return { captured, direction, packet: undefined };
}

function tap(frames: readonly Seen[], isSwitch: boolean): Tap {
  const name = { name: "a.0", node: "a", nic: 0, mac: undefined, path: "", cutShort: false };
  return { ...name, frames: frames.map((each) => frame(each, isSwitch)) };
}

function judged(bySwitch: readonly Seen[], byQemu: readonly Seen[] | undefined): string {
  const taps = [tap(bySwitch, true), ...(byQemu === undefined ? [] : [tap(byQemu, false)])];
  const { finding, saw } = twoWitnesses.judge({ taps } as unknown as Scene, 1);
  return `${finding}: ${saw}`;
}

const LONG: readonly Seen[] = [
  ["sent", "one"],
  ["received", "two"],
  ["received", "three"],
];

describe("two witnesses of one NIC", () => {
  test("say the same, each by its own clock, however one fills frames up", () => {
    const padded: readonly Seen[] = [
      ["sent", "one", 9_000],
      ["received", `two${"\0".repeat(57)}`, 9_100],
      ["received", "three", 9_200],
    ];
    expect(judged(LONG, padded)).toBe("confirmed: 3 frames at 1 NICs, the same by both; 0 on their way at the end");
  });

  test("what was on its way at the end is missing at its end alone", () => {
    expect(judged(LONG, LONG.slice(0, 2))).toMatch(/^confirmed: .* 1 on their way/);
    expect(judged(LONG.slice(1), LONG)).toMatch(/^confirmed: .* 1 on their way/);
    const spoke = [...LONG, ["sent", "four", 5_000_001] as const];
    const heard = [LONG[0]!, LONG[1]!, ["sent", "four"] as const];
    expect(judged(spoke, heard)).toBe(
      "contradicted: a.0: QEMU received 1 frames, and no more, though the machine spoke for 5.0 s after the next one",
    );
  });

  test.each<[string, readonly Seen[], string]>([
    ["a frame more", [...LONG, ["received", "four"]], "QEMU received 3 frames, of 2 that left"],
    [
      "another order",
      [LONG[0]!, LONG[2]!, LONG[1]!],
      "QEMU received 2 frames, of which number 1 is not the one that left",
    ],
    ["a frame that QEMU didn't send", LONG.slice(1), "the switch got 1 frames, of 0 that left"],
    [
      "padding of more than a least frame",
      [LONG[0]!, ["received", `two${"\0".repeat(58)}`]],
      "QEMU received 1 frames, of",
    ],
  ])("%s is told", (_, byQemu, text) => {
    expect(judged(LONG, byQemu)).toContain(`contradicted: a.0: ${text}`);
  });

  test("are held against each other at each NIC of one machine by itself", () => {
    const at = (nic: number, one: Tap): Tap => ({ ...one, name: `a.${nic}`, nic });
    const [mine, theirs] = [LONG, LONG.map(([way, text]): Seen => [way === "sent" ? "received" : "sent", text])];
    const judge = (qemu: readonly Seen[]): string =>
      twoWitnesses.judge(
        {
          taps: [at(0, tap(mine, false)), at(1, tap(qemu, false)), at(0, tap(mine, true)), at(1, tap(theirs, true))],
        } as unknown as Scene,
        1,
      ).saw;
    expect(judge(theirs)).toBe("6 frames at 2 NICs, the same by both; 0 on their way at the end");
    expect(judge(mine)).toMatch(/^a\.1: /);
  });

  test("one alone is none, and none may be missing where there are others", () => {
    expect(judged(LONG, undefined)).toBe("unavailable: there is one witness, not two");
    expect(twoWitnesses.judge({ taps: [tap(LONG, false)] } as unknown as Scene, 1).finding).toBe("unavailable");
    const other = { ...tap(LONG, false), name: "b.0" };
    const lone = twoWitnesses.judge({ taps: [tap(LONG, true), other] } as unknown as Scene, 1);
    expect(lone).toEqual({ finding: "contradicted", saw: "a.0: QEMU did not capture" });
  });
});
