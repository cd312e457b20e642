/** The gate is shut: no packet of the protocol, no accepted connection, no payload, on either transport. */
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const noSessionTraffic: Rule = {
  id: "no-session-traffic",
  text: "No packet of the protocol on either transport: the entropy gate is shut.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const { sessions, attempts, strays } = scene.udp;
    const packets = attempts.length + sessions.reduce((sum, session) => sum + session.packets.length, 0);
    const port = `:${scene.input.sessionPort}`;
    const answers = strays.filter(({ from }) => from.endsWith(port)).length;
    const accepted = scene.tcp.filter(({ connection }) => connection.accepted).length;
    const payload = scene.tcp.filter(
      ({ connection }) => connection.fromClient.payloadBytes + connection.fromServer.payloadBytes > 0,
    ).length;
    const saw =
      `${count(packets, "UDP-sec packet")}, ${count(answers, "other datagram")} from the port, ` +
      `${count(scene.tcp.length, "TCP dial")}: ${accepted} accepted, ${payload} with payload`;
    return packets + answers + accepted + payload > 0 ? contradicted(saw) : confirmed(saw);
  },
};
