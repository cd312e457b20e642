import type { PacketRule } from "../follow/packet-rule.ts";

export const acknowledgementProvokedRule: PacketRule = {
  id: "acknowledgement-provoked",
  text: "An ACK answers packets that ask for one, or tells of new credit: two sides that acknowledge acknowledgements never end.",
  requirement: "R-3",
  watch: ({ parameters, speak }) => {
    let asking = 0;
    let toldCredit = parameters.windowBytes;
    return {
      heard: ({ content }) => {
        if (content.body.kind === "DATA" || content.body.kind === "PING") asking += 1;
      },
      own: ({ content, seen }) => {
        const credit = content.delivered + content.window;
        const tellsMore = credit > toldCredit;
        if (tellsMore) toldCredit = credit;
        if (content.body.kind !== "ACK" || tellsMore) return;
        asking -= 1;
        if (asking < 0) speak(`pn ${content.pn} is one ACK more than packets that asked for one`, seen);
      },
    };
  },
};
