import { expect, it } from "vitest";
import { EventKind } from "../../contract/events.ts";
import { formatEventLine } from "../../contract/event-line.ts";
import { secretLinesOf } from "./secret-lines.ts";

it("finds the lines of a key log among a daemon's events", () => {
  const event = (kind: string, data: Record<string, unknown>): string =>
    formatEventLine({ seq: 1, source: "dsoftbusd", atMs: 1, kind, data });
  const events = [
    event(EventKind.KEY_LOG, { line: "UDPSEC_EPHEMERAL a b" }),
    event("marker", { line: "no" }),
    "{torn\n",
  ];
  expect(secretLinesOf(events.join(""))).toBe("UDPSEC_EPHEMERAL a b");
  expect(secretLinesOf(event(EventKind.KEY_LOG, { line: "UDPSEC_EPHEMERAL a b" }))).toBe("UDPSEC_EPHEMERAL a b");
});

it("takes an identity as it was made, and leaves lines as they are", () => {
  const identity = JSON.stringify({ identitySeed: "5eed", deviceId: "d1", staticKey: "k" }, null, 2);
  expect(secretLinesOf(identity)).toBe("UDPSEC_IDENTITY d1 5eed");
  expect(secretLinesOf("# lines\nUDPSEC_PEER aa\n")).toBe("# lines\nUDPSEC_PEER aa\n");
});
