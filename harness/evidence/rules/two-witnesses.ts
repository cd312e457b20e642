/**
 * The switch and QEMU each wrote down what passed a NIC, and know nothing of each other. Frame by frame, per direction: QEMU received
 * what the switch says that it delivered, and the switch got what QEMU says that it sent. Clocks are not compared.
 */
import type { Direction } from "../../capture/captured-frame.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import { confirmed, contradicted, unavailable, type Rule } from "./rule.ts";

/** QEMU fills frames up to this where the guest's driver asks for it. */
const LEAST_FRAME_BYTES = 60;
/** What is on its way to a machine that still runs gets there before it has sent for so long again, on a busy host too. */
const LONGEST_ON_THE_WAY_US = 5_000_000;

export const twoWitnesses: Rule = {
  id: "two-witnesses",
  text: "At each NIC QEMU's capture and the switch's hold the same frames in the same order, but for what was on its way at the end.",
  claims: ({ taps }) => taps.some(isFabricTap) && !taps.every(isFabricTap),
  judge({ taps }) {
    const switched = taps.filter(isFabricTap);
    if (switched.length === 0 || switched.length === taps.length) return unavailable("there is one witness, not two");
    let frames = 0;
    let onTheWay = 0;
    for (const own of switched) {
      const qemu = taps.find((tap) => tap !== own && tap.name === own.name && !isFabricTap(tap));
      if (qemu === undefined) return contradicted(`${own.name}: QEMU did not capture`);
      const ways = [
        { first: sideOf(own, "sent"), then: sideOf(qemu, "sent"), tap: qemu, by: "the switch got" },
        { first: sideOf(qemu, "received"), then: sideOf(own, "received"), tap: own, by: "QEMU received" },
      ];
      for (const { first, then, tap, by } of ways) {
        const problem = prefixProblem(first, then) ?? tailProblem(then.slice(first.length), tap);
        if (problem !== undefined) return contradicted(`${own.name}: ${by} ${first.length} frames, ${problem}`);
        frames += first.length;
        onTheWay += then.length - first.length;
      }
    }
    return confirmed(
      `${frames} frames at ${switched.length} NICs, the same by both; ${onTheWay} on their way at the end`,
    );
  },
};

function sideOf({ frames }: Tap, direction: Direction): readonly TappedFrame[] {
  return frames.filter((frame) => frame.direction === direction);
}

function prefixProblem(first: readonly TappedFrame[], then: readonly TappedFrame[]): string | undefined {
  if (first.length > then.length) return `of ${then.length} that left`;
  const at = first.findIndex((frame, index) => !isSame(frame, then[index]));
  return at === -1 ? undefined : `of which number ${at + 1} is not the one that left`;
}

/** @param missing frames that only one has, at the end @param tap where they were seen, by its own clock */
function tailProblem([first]: readonly TappedFrame[], tap: Tap): string | undefined {
  if (first === undefined) return undefined;
  const last = tap.frames.findLast(({ direction }) => direction === "sent");
  const agoUs = (last?.captured.timeUs ?? 0) - first.captured.timeUs;
  if (agoUs <= LONGEST_ON_THE_WAY_US) return undefined;
  return `and no more, though the machine spoke for ${(agoUs / 1e6).toFixed(1)} s after the next one`;
}

function isSame(frame: TappedFrame, other: TappedFrame | undefined): boolean {
  return other !== undefined && unpadded(frame.captured.bytes).equals(unpadded(other.captured.bytes));
}

function unpadded(bytes: Buffer): Buffer {
  if (bytes.length > LEAST_FRAME_BYTES) return bytes;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
