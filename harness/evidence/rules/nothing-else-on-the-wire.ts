/**
 * An allow-list: what the plan of the run brings about, frame by frame, and nothing else. A guest that writes in clear beside its sealed
 * session, on another port, over another protocol, in padding or in a field that nobody reads, says so to every NIC.
 */
import { contentProblem } from "../wire/tcp-content.ts";
import { WireWatch } from "../wire/wire-watch.ts";
import type { Scene } from "../scene/scene.ts";
import type { Tap } from "../scene/tap.ts";
import type { WirePlan } from "../scene/wire-plan.ts";
import { confirmed, contradicted, count, emptyCapture, unavailable, type Rule } from "./rule.ts";

/** One tap, looked at. */
interface Watched {
  readonly watch: WireWatch;
  /** Where, and what was wrong. */
  readonly problems: readonly string[];
}

export const nothingElseOnTheWire: Rule = {
  id: "nothing-else-on-the-wire",
  text: "Each frame is of a kind that the plan brings about, in its exact form and from whom it says, as often as it may be: nothing else was sent.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const { wire } = scene.input;
    if (wire === undefined) return unavailable("no plan says who may send what");
    const watched = scene.taps.map((tap) => watchTap(tap, wire));
    const problems = [...watched.flatMap((each) => each.problems), ...contentProblems(scene)];
    const [first] = problems;
    if (first !== undefined)
      return contradicted(`${count(problems.length, "thing")} that nobody planned, first: ${first}`);
    const isProbed = Object.values(wire.wires).some(({ gateProbes }) => gateProbes > 0);
    const unasked = (["tcp", "udp"] as const).find((port) => watched.every(({ watch }) => watch.refusals[port] === 0));
    if (isProbed && unasked !== undefined)
      return contradicted(`the shut gate was to be tried, and its ${unasked} port refused nobody`);
    return confirmed(describe(watched.map(({ watch }) => watch)));
  },
};

function watchTap(tap: Tap, { wires }: WirePlan): Watched {
  const wire = wires[tap.name] ?? { stations: [], listeners: [], gateProbes: 0 };
  const watch = new WireWatch(tap.name, wire);
  const problems = tap.frames.flatMap((frame, index) => {
    const problem = watch.take(frame);
    return problem === undefined ? [] : `${problem} (frame ${index + 1} at ${tap.name})`;
  });
  return { watch, problems };
}

function contentProblems({ tcp, input }: Scene): string[] {
  return tcp.flatMap((session) => {
    const problem = contentProblem(session, input);
    const { client, tap } = session.connection;
    return problem === undefined ? [] : `${problem} (${client} at ${tap.name})`;
  });
}

function describe(watches: readonly WireWatch[]): string {
  const sums = new Map<string, number>();
  for (const { counts } of watches) for (const [kind, times] of counts) sums.set(kind, (sums.get(kind) ?? 0) + times);
  const kinds = [...sums].sort(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => `${kind} ${times}`);
  return `nothing but ${kinds.join(", ")}`;
}
