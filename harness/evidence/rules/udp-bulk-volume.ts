/**
 * The bulk's bytes were on the wire: distinct stream bytes each way by opened offsets, by volume where nothing opens. In what
 * opens the canary must be found: else the search for it in clear means nothing.
 */
import { countOccurrences } from "../scene/decode/stream-assembler.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import { absent, confirmed, contradicted, emptyCapture, type Rule } from "./rule.ts";

export const udpBulkVolume: Rule = {
  id: "udp-bulk-volume",
  text: "As many distinct stream bytes each way as the bulk markers claim, the canary found in what opens.",
  claims: "named",
  judge(scene, times) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const { bulkBytes, keyLog, canary } = scene.input;
    // Where the guest tells its secrets only what opens counts.
    const sessions = scene.udp.sessions.filter(({ hasKey }) => hasKey || keyLog !== true).map(coverageOf);
    const transfers = sessions.map(({ up, down }) => transfersIn(up.distinctBytes, down.distinctBytes, bulkBytes));
    const [best] = sessions.sort((a, b) => least(b.up, b.down) - least(a.up, a.down));
    const claimed = `claimed ${times} x ${bulkBytes} each way`;
    if (best === undefined) return absent(`no session carried DATA; ${claimed}`);
    const { session, up, down } = best;
    const opened = session.hasKey ? `${up.opened + down.opened} DATA packets opened` : "not opened, by datagram volume";
    const saw = `session ${session.id}: ${up.distinctBytes} distinct stream bytes up, ${down.distinctBytes} down (${opened}); ${claimed}`;
    if (sum(transfers) < times) return contradicted(saw);
    if (!session.hasKey) return confirmed(saw);
    const canaries = [up, down].map(({ stream }) => countOccurrences(stream, canary));
    const found = `${saw}; canary in the opened streams: ${canaries.join(" and ")} times`;
    return canaries.includes(0) ? contradicted(found) : confirmed(found);
  },
};

/** How many transfers of that size fit into what went both ways. */
export function transfersIn(up: number, down: number, bytes: number): number {
  return bytes <= 0 ? 0 : Math.floor(Math.min(up, down) / bytes);
}

function least(up: { readonly distinctBytes: number }, down: { readonly distinctBytes: number }): number {
  return Math.min(up.distinctBytes, down.distinctBytes);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
