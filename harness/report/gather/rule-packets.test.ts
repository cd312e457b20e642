import { expect, test } from "vitest";
import { RULE_TEXTS } from "../../evidence/rules/rule-texts.ts";
import { PACKET_KINDS } from "../model/packet-kinds.ts";
import { citationsIn, RULE_PACKETS } from "./rule-packets.ts";

test("it is said of each rule, and of nothing else, which packets it is about", () => {
  expect(Object.keys(RULE_PACKETS).sort()).toEqual(Object.keys(RULE_TEXTS).sort());
  const kinds = Object.values(RULE_PACKETS).flatMap((selection) => selection.kinds ?? []);
  expect(kinds.filter((kind) => !PACKET_KINDS.some((known) => known === kind))).toEqual([]);
});

test("packets are found in the words in which rules name them", () => {
  const saw =
    "x (packet 12 of the switch's capture); y (packet 7 of a-nic0.pcap; docs/x [H-1]); z in frame 9 at two-b.1";
  expect(citationsIn(saw, "fabric.pcapng")).toEqual([
    { place: "fabric.pcapng", isTap: false, number: 12 },
    { place: "a-nic0.pcap", isTap: false, number: 7 },
    { place: "two-b.1", isTap: true, number: 9 },
  ]);
  expect(citationsIn("7 packets, none of 3 frames", "fabric.pcapng")).toEqual([]);
});
