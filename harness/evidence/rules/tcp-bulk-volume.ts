/** The bulk of the fallback was in the records of one connection, each way. */
import { countOccurrences } from "../scene/decode/stream-assembler.ts";
import type { TcpSession } from "../scene/tcp-connection.ts";
import { absent, confirmed, contradicted, emptyCapture, type Rule } from "./rule.ts";
import { transfersIn } from "./udp-bulk-volume.ts";

export const tcpBulkVolume: Rule = {
  id: "tcp-bulk-volume",
  text: "As many bytes each way in the records of one connection as the fallback's marker claims.",
  claims: "named",
  judge(scene, times) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const wanted = scene.input.bulkBytes;
    const counted = scene.input.keyLog === true ? scene.tcp.filter(({ hasKey }) => hasKey) : scene.tcp;
    // Each NIC, each witness and each end show a connection once more: the tap that saw most counts alone.
    const perTap = scene.taps.map((tap) => counted.filter(({ connection }) => connection.tap === tap));
    const transfers = Math.max(0, ...perTap.map((sessions) => sumOfTransfers(sessions, wanted)));
    const best = [...counted].sort((a, b) => least(b) - least(a))[0];
    if (best === undefined) return absent(`no connection carried records; ${wanted} bytes each way were claimed`);
    const { connection, up, down, hasKey } = best;
    const saw =
      `${connection.client}: ${up.dataBytes} stream bytes up, ${down.dataBytes} down ` +
      `(${hasKey ? "opened" : "not opened"}); claimed ${times} x ${wanted} each way`;
    if (transfers < times) return contradicted(saw);
    if (!hasKey) return confirmed(saw);
    const canaries = [up, down].map(({ stream }) => countOccurrences(stream, scene.input.canary));
    const found = `${saw}; canary in the opened streams: ${canaries.join(" and ")} times`;
    return canaries.includes(0) ? contradicted(found) : confirmed(found);
  },
};

function sumOfTransfers(sessions: readonly TcpSession[], bytes: number): number {
  return sessions.reduce((sum, { up, down }) => sum + transfersIn(up.dataBytes, down.dataBytes, bytes), 0);
}

function least({ up, down }: TcpSession): number {
  return Math.min(up.dataBytes, down.dataBytes);
}
