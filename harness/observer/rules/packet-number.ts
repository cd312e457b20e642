import { createHash } from "node:crypto";
import { PnWindow } from "../follow/pn-window.ts";
import { RunSet } from "../follow/run-set.ts";
import { TYPES } from "../wire/udp-header.ts";
import type { PacketRule } from "../follow/packet-rule.ts";
import type { SessionPacket } from "../follow/session-packet.ts";

const LAST_PN = 2 ** 31;

export const packetNumberRule: PacketRule = {
  id: "packet-number",
  text: "Each pn is used once; only a refusal's CLOSE leaves again, with the same bytes.",
  requirement: "P-4",
  watch: ({ knowledge, isAtOwnTap, speak }) => {
    const used = new RunSet();
    const digests = new PnWindow<string>(8_192);
    return {
      sealed: (packet) => {
        const { pn } = packet;
        const isClose = packet.datagram[1] === TYPES.CLOSE;
        if (pn > LAST_PN && !isClose) speak(`pn ${pn} is above 2^31`, packet, "P-23");
        const digest = digestOf(packet);
        if (!used.has(pn)) {
          used.add(pn, pn);
          digests.insert(pn, digest);
          return;
        }
        const earlier = digests.get(pn);
        if (earlier !== undefined && earlier !== digest) speak(`pn ${pn} is used for two datagrams`, packet);
        else if (isAtOwnTap && !(isClose && pn === 1 && knowledge.end === "responder"))
          speak(`the datagram with pn ${pn} leaves again`, packet);
      },
    };
  },
};

function digestOf({ datagram }: SessionPacket): string {
  return createHash("sha256").update(datagram).digest("base64");
}
