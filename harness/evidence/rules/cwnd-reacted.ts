/**
 * The congestion window fell and grew again, by the samples of the sender, and the wire shows that it was one: the same session sent stream
 * bytes again, and had more on its way at once than a window that never grows allows.
 */
import { MAX_DATAGRAM_BYTES } from "../scene/decode/udp-sec-header.ts";
import type { CongestionSample } from "../scene/evidence-input.ts";
import { isAtEnd } from "../scene/ends.ts";
import type { Scene } from "../scene/scene.ts";
import { mostInFlight } from "../scene/sent-flight.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import { asSent } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, count, wasPrinted, type Rule } from "./rule.ts";

/** A fall to half, seen through samples that may miss its bottom. */
const FALLEN_TO = 0.75;
/** The least window is two datagrams: who never had more than one beyond it on its way grew no window, whatever its samples say. */
const WITHOUT_GROWTH_BYTES = 3 * MAX_DATAGRAM_BYTES;

interface Reaction {
  readonly who: string;
  readonly peakBytes: number;
  readonly lowBytes: number;
  readonly laterBytes: number;
  readonly samples: number;
  readonly repeatedBytes: number;
  readonly inFlightBytes: number;
}

export const cwndReacted: Rule = {
  id: "cwnd-reacted",
  text: "The window that the sender reports fell and rose again; stream bytes were repeated on the wire, and more than the least window was used.",
  claims: "named",
  judge(scene) {
    const series = bySender(scene.input.congestion ?? []);
    const reactions = [...series.values()].flatMap((samples) => reactionOf(scene, samples));
    const repeating = reactions.filter(({ repeatedBytes }) => repeatedBytes > 0);
    const fits = repeating.filter(({ inFlightBytes }) => inFlightBytes > WITHOUT_GROWTH_BYTES);
    const samples = [...series.values()].reduce((sum, { length }) => sum + length, 0);
    if (fits.length === 0) {
      const why = whyNone(reactions, repeating);
      const saw = `${count(samples, "sample")} of ${count(series.size, "sender")}: ${why}`;
      return wasPrinted(scene, "bulk-ok") ? contradicted(saw) : absent(saw);
    }
    return confirmed(fits.map(describe).join("; "));
  },
};

function whyNone(reactions: readonly Reaction[], repeating: readonly Reaction[]): string {
  if (reactions.length === 0) return "none fell and grew again";
  if (repeating.length === 0) return "none of those that fell sent anything again";
  const most = Math.max(...repeating.map(({ inFlightBytes }) => inFlightBytes));
  return `of those that fell none ever used more than the least window: ${most} bytes at once`;
}

function bySender(samples: readonly CongestionSample[]): Map<string, CongestionSample[]> {
  const series = new Map<string, CongestionSample[]>();
  for (const sample of samples) {
    const name = `${sample.node}/${sample.source} ${sample.connection}`;
    series.set(name, [...(series.get(name) ?? []), sample]);
  }
  return series;
}

function reactionOf(scene: Scene, samples: readonly CongestionSample[]): Reaction[] {
  const [first] = samples;
  if (first === undefined) return [];
  const windows = samples.map(({ cwndBytes }) => cwndBytes);
  let peakBytes = 0;
  for (const [at, window] of windows.entries()) {
    const isFallen = window <= peakBytes * FALLEN_TO;
    peakBytes = Math.max(peakBytes, window);
    if (!isFallen) continue;
    const rest = windows.slice(at);
    const lowBytes = Math.min(...rest);
    const laterBytes = Math.max(...rest.slice(rest.indexOf(lowBytes)));
    // Growth by less than one packet is none.
    if (laterBytes < lowBytes + MAX_DATAGRAM_BYTES) continue;
    const who = `${first.node}/${first.source}`;
    const repeatedBytes = repeatedBy(scene, first);
    const inFlightBytes = flightOf(scene, first);
    return [{ who, peakBytes, lowBytes, laterBytes, samples: samples.length, repeatedBytes, inFlightBytes }];
  }
  return [];
}

/** Stream bytes that left the NIC of that process more than once in that session. */
function repeatedBy(scene: Scene, { node, nic = node, connection }: CongestionSample): number {
  const session = scene.udp.sessions.find(({ id }) => id === connection.toLowerCase());
  if (session === undefined) return 0;
  const sent = asSent(session.packets).filter(({ tap }) => isAtEnd(tap.name, nic));
  const { up, down } = coverageOf({ ...session, packets: sent });
  return up.repeatedBytes + down.repeatedBytes;
}

function flightOf(scene: Scene, { node, nic = node, connection }: CongestionSample): number {
  const session = scene.udp.sessions.find(({ id }) => id === connection.toLowerCase());
  return session === undefined ? 0 : mostInFlight(session, nic);
}

function describe({ who, peakBytes, lowBytes, laterBytes, samples, repeatedBytes, inFlightBytes }: Reaction): string {
  return `${who}: cwnd ${peakBytes}, down to ${lowBytes}, up to ${laterBytes} in ${samples} samples; ${repeatedBytes} bytes left again, ${inFlightBytes} at once`;
}
