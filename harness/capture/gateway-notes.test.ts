import { expect, test } from "vitest";
import { gatewayNoteText, readGatewayNote, type GatewayNote } from "./gateway-notes.ts";

const mapping = { gateway: "gw", transport: "udp", inside: "10.24.0.1:40000", outside: "10.24.1.254:50001" } as const;

test.each<GatewayNote>([
  { kind: "joins", gateway: "gw", legs: ["gw.0", "gw.1"] },
  { kind: "mapped", ...mapping, remote: undefined },
  { kind: "expired", ...mapping, remote: "10.24.1.1:37024" },
  { kind: "forgotten", ...mapping, transport: "tcp", remote: undefined },
])("is read as it was written: %j", (note) => {
  expect(readGatewayNote(gatewayNoteText(note))).toEqual(note);
});

test.each([
  "a: gateway gw joins gw.0 gw.1",
  "gateway gw dropped: filtered (from outside)",
  "gateway gw mapped udp 1",
  "",
])("what a machine printed and what is no mapping is something else: %s", (message) =>
  expect(readGatewayNote(message)).toBeUndefined(),
);
