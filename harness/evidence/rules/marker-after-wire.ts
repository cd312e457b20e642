/**
 * No marker's line reached the harness before what its entry in the list of markers waits for (`after`) had reached the NIC of the process that
 * printed it. Both times are the switch's, of one clock, and a frame is recorded in the turn that delivers it: no tolerance is needed, and
 * whoever is late only widens the gap. Where no switch stands between the NICs nothing can be said: QEMU's captures have another clock.
 */
import type { AwaitedArrival } from "../../markers/manifest.ts";
import { arrivalsAt, type Arrivals } from "../scene/arrivals.ts";
import { readCaptureNotes, type CaptureNote } from "../../capture/capture-notes.ts";
import { MSG2, MSG3 } from "../scene/decode/udp-sec-header.ts";
import { isAtEnd } from "../scene/ends.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Scene } from "../scene/scene.ts";
import { secondsBetween } from "../scene/timed-packets.ts";
import { tcpArrivalsOf } from "../scene/tcp-arrivals.ts";
import { confirmed, contradicted, count, unavailable, type Rule } from "./rule.ts";

/** How one of the things that a marker may wait for is found on the wire. */
interface Occurrence {
  readonly what: string;
  /** By all sessions at those NICs: any of them may be the one that its marker is about. Infinity: it never came. */
  readonly atUs: (sessions: readonly Arrivals[]) => number;
}

const OCCURRENCES: Readonly<Record<AwaitedArrival, Occurrence>> = {
  // Who was dialled learns from MSG3 who dials, who dials learns from MSG2 who answered.
  handshake: first("MSG2 or MSG3", (each) => Math.min(each.firstUs(MSG2), each.firstUs(MSG3))),
  // What went both ways, and was looked at, shows with the second message alone.
  "mux-data": first("the second message of control", (each) => each.provenControlUs()),
  "control-reply": largest("the last reply", /^control$/),
  "bulk-end": largest("the bulk's end", /^bulk\/\d+$/),
  "sink-verdict": largest("the sink's verdict", /^gate\//),
};

function first(what: string, atUs: (session: Arrivals) => number): Occurrence {
  return { what, atUs: (sessions) => Math.min(Infinity, ...sessions.map(atUs)) };
}

/** Daemons exchange a message or two on streams of the same name: the self-test's is the largest. */
function largest(what: string, stream: RegExp): Occurrence {
  const atUs = (sessions: readonly Arrivals[]): number => {
    const streams = sessions.flatMap((session) => session.largest(stream) ?? []);
    return streams.sort((a, b) => b.bytes - a.bytes)[0]?.wholeUs ?? Infinity;
  };
  return { what, atUs };
}

export const markerAfterWire: Rule = {
  id: "marker-after-wire",
  text: "No marker's line came before the packet that it needs had reached the NIC of who printed it, both by the switch's clock.",
  claims: ({ taps, input, udp, tcp }) =>
    taps.some(isFabricTap) &&
    [...udp.sessions, ...tcp].some(({ hasKey }) => hasKey) &&
    input.markers.some(({ after }) => after !== undefined),
  judge(scene) {
    const notes = notesOf(scene);
    if (notes.length === 0) return unavailable("the switch noted no marker");
    const seen: string[] = [];
    const arrivals = new Map<string, readonly Arrivals[]>();
    for (const { id, node, nics = [node], line, after } of scene.input.markers) {
      if (after === undefined) continue;
      const { what, atUs } = OCCURRENCES[after];
      // Printed by several processes of one machine, it is true of all of them only at last.
      const note = notes.findLast((each) => each.node === node && each.text === line);
      if (note === undefined) return contradicted(`${node}: the switch noted no line "${line}"`);
      const here = arrivals.get(nics.join()) ?? arrivalsOf(scene, nics);
      arrivals.set(nics.join(), here);
      const neededUs = atUs(here);
      if (neededUs === Infinity) return contradicted(`${node}: ${id} was printed, and ${what} never arrived`);
      const gap = secondsBetween(Math.min(neededUs, note.timeUs), Math.max(neededUs, note.timeUs));
      if (note.timeUs < neededUs) return contradicted(`${node}: ${id} came ${gap} before ${what} had arrived`);
      seen.push(`${node} ${id} ${gap}`);
    }
    return confirmed(`${count(seen.length, "marker")} after what it needs: ${seen.join(", ")}`);
  },
};

function notesOf({ taps }: Scene): CaptureNote[] {
  return [...new Set(taps.filter(isFabricTap).map(({ path }) => path))].flatMap(readCaptureNotes);
}

function arrivalsOf({ taps, udp, tcp, input }: Scene, ends: readonly string[]): Arrivals[] {
  const own = taps.filter((tap) => isFabricTap(tap) && ends.some((end) => isAtEnd(tap.name, end)));
  const sessions = udp.sessions.filter(({ hasKey }) => hasKey);
  const connections = tcp.filter(({ hasKey }) => hasKey);
  return own.flatMap((tap) => [
    ...sessions
      .filter(({ packets }) => packets.some((packet) => packet.tap === tap))
      .map((session) => arrivalsAt(tap, session, input.sessionPort)),
    ...connections.filter(({ connection }) => connection.tap === tap).map(tcpArrivalsOf),
  ]);
}
