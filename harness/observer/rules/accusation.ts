import { isKnownMuxLabel } from "../wire/mux-labels.ts";
import type { PacketRule } from "../follow/packet-rule.ts";

/** PROTOCOL and FLOW_CONTROL, and what the mux says by APPLICATION. */
const ACCUSING_CODES = [1, 2];
const APPLICATION = 6;

export const accusationRule: PacketRule = {
  id: "accusation",
  text: "Who closes because its peer broke a rule has a peer that broke one.",
  requirement: "B-11",
  watch: ({ speak, isPeerAccused }) => ({
    own: ({ content: { pn, body }, seen }) => {
      if (body.kind !== "CLOSE") return;
      const { code, reason } = body;
      const accuses = ACCUSING_CODES.includes(code) || (code === APPLICATION && isKnownMuxLabel(reason) === true);
      if (accuses && !isPeerAccused()) speak(`CLOSE pn ${pn} accuses the peer: code ${code} "${reason}"`, seen);
    },
  }),
};
