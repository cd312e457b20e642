import { expect, it } from "vitest";
import { MAX_UDP_DATAGRAM_BYTES, PACKET_HEADER_BYTES } from "../../guest/core/udp-sec/packet/header.ts";
import { MAX_DATA_BYTES } from "../../guest/core/udp-sec/packet/packet-sizes.ts";
import { CARRIED_BYTES, DATAGRAM_BYTES, HEADER_BYTES } from "./packet-sizes.ts";

it("the limit's packets are as large as the stack's", () => {
  expect([DATAGRAM_BYTES, HEADER_BYTES, CARRIED_BYTES]).toEqual([
    MAX_UDP_DATAGRAM_BYTES,
    PACKET_HEADER_BYTES,
    MAX_DATA_BYTES,
  ]);
});
