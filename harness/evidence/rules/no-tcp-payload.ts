/** A session that claims to be udp-sec leaves TCP alone: not one payload byte from or to the session port. */
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const noTcpPayload: Rule = {
  id: "no-tcp-payload",
  text: "Not one TCP payload byte from or to the session port.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const bytes = scene.tcp.reduce(
      (sum, { connection }) => sum + connection.fromClient.payloadBytes + connection.fromServer.payloadBytes,
      0,
    );
    const saw = `${count(bytes, "byte")} of TCP payload on the session port, in ${count(scene.tcp.length, "connection")}`;
    return bytes > 0 ? contradicted(saw) : confirmed(saw);
  },
};
