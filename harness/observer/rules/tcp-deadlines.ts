import type { TcpRule } from "../follow/tcp-rule.ts";

/** From the TCP connection to ACCEPT, and from a CLOSE, or both FINs, to the end of TCP. */
const DEADLINE_US = 5_000_000;

export const tcpDeadlinesRule: TcpRule = {
  id: "tcp-deadlines",
  text: "ACCEPT comes, and TCP ends, within five seconds, or the end has given up.",
  requirement: "T-15",
  watch: ({ end, isAtOwnTap, startedUs, lagUs, speak }) => {
    if (!isAtOwnTap) return {};
    const isLate = (sinceUs: number, atUs: number): boolean => atUs - sinceUs > DEADLINE_US + lagUs;
    const fins = { own: false, heard: false };
    let acceptUs: number | undefined;
    let overUs: number | undefined;
    const take = (who: keyof typeof fins, kind: string, atUs: number): void => {
      if (kind === "ACCEPT") acceptUs ??= atUs;
      if (kind === "FIN") fins[who] = true;
      if (kind === "CLOSE" || (fins.own && fins.heard)) overUs ??= atUs;
    };
    return {
      own: ({ kind }, at) => {
        if (end === "responder" && kind === "ACCEPT" && isLate(startedUs, at.atUs))
          speak(`ACCEPT ${seconds(at.atUs - startedUs)} after the first message`, at, "T-16");
        if (end === "initiator" && acceptUs !== undefined && isLate(startedUs, acceptUs))
          speak(`${kind} on a connection whose ACCEPT came ${seconds(acceptUs - startedUs)} late`, at, "T-16");
        take("own", kind, at.atUs);
      },
      heard: ({ kind }, { atUs }) => void take("heard", kind, atUs),
      ended: (at) => {
        if (overUs !== undefined && isLate(overUs, at.atUs))
          speak(`TCP ends ${seconds(at.atUs - overUs)} after the session was over`, at);
      },
    };
  },
};

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(1)} s`;
}
