import { expect, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { RecordingConsole } from "../loopback.fixture.ts";
import { keyLogTo } from "./key-log.ts";

// Requirements, K-13
test("an ephemeral key is a line of the key log, in an event", () => {
  const console = new RecordingConsole();
  keyLogTo(console).ephemeral(new Uint8Array(32).fill(0xab), new Uint8Array(32).fill(0x0c));
  const line = `UDPSEC_EPHEMERAL ${"ab".repeat(32)} ${"0c".repeat(32)}`;
  expect(console.events).toEqual([{ kind: EventKind.KEY_LOG, data: { line } }]);
});
