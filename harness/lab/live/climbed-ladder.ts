import { EventKind } from "../../../contract/events.ts";
import { guestKind } from "../../guests/registry.ts";
import { Ladder } from "../../markers/ladder.ts";
import type { LadderSpec, NodeLadder, RunFailure } from "../../markers/ladder-spec.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";

const LISTENER_RULE = "listener-answers";
/** What was never said. */
const NOTHING = /(?!)/;

/** The ladder that nodes have climbed, and what they said on it that no run may say. */
export interface ClimbedLadder {
  readonly ladder: Ladder;
  readonly failures: readonly RunFailure[];
}

/** Lets every known marker pass: what stands on it shows only what was printed, and what no run may say. */
export function openLadder(loaded: LoadedProfile): Ladder {
  return new Ladder(specOf(loaded, new Map()), loaded.manifest);
}

/**
 * A test says in code what must come, so its run has no ladder to be followed. Afterwards it has one: every known marker that a node printed
 * is a rung, and has to be confirmed like any other.
 *
 * @param printed ids of the markers that each node printed
 */
export function climbedLadder(
  loaded: LoadedProfile,
  nodes: readonly FinishedNode[],
  printed: ReadonlyMap<string, ReadonlySet<string>>,
): ClimbedLadder {
  const ladder = new Ladder(specOf(loaded, printed), loaded.manifest);
  const failures = nodes
    .flatMap((node) => climb(ladder, node))
    .flatMap((step) => (step.kind === "failure" ? step.failure : []));
  return { ladder, failures };
}

function specOf({ profile, manifest }: LoadedProfile, printed: ReadonlyMap<string, ReadonlySet<string>>): LadderSpec {
  const onHost = profile.node.some(({ guest }) => guestKind(guest).runsOn === "host");
  const nodes = profile.node.map(({ name, guest }): NodeLadder => {
    const { console: said, hasEventPort, runsAgent, runsOn } = guestKind(guest);
    // Beside processes of the host the evidence looks at where those listen; where the machine does, the observer alone.
    const isDialled = onHost && runsOn === "machine";
    const { forbidden, intrusion } = said;
    // The order is the test's to say, and so is how often a marker may come.
    const own = [...(printed.get(name) ?? [])].filter((id) => !(isDialled && isAboutListener(manifest, id)));
    const rungs = own.map((marker) => ({ marker, budgetMs: 0, count: 1, orMore: true }));
    // What a guest of the user's calls its lines is not ours to say.
    const claim = runsAgent ? said.claim : NOTHING;
    return { node: name, order: "any", rungs, allowed: manifest.ids, hasEventPort, claim, forbidden, intrusion };
  });
  return { nodes, order: [] };
}

function isAboutListener(manifest: LoadedProfile["manifest"], id: string): boolean {
  return manifest.get(id)?.evidence.includes(LISTENER_RULE) === true;
}

function climb(ladder: Ladder, { name, transcript, events, bootMs }: FinishedNode): ReturnType<Ladder["line"]> {
  if (bootMs !== undefined) ladder.booted(name, bootMs);
  const onConsole = transcript.lines.flatMap((line) => ladder.line(name, line));
  const onPort = events.flatMap(({ kind, data, arrivedMs }) =>
    kind === EventKind.MARKER && typeof data["text"] === "string"
      ? ladder.markerEvent(name, data["text"], arrivedMs)
      : [],
  );
  return [...onConsole, ...onPort];
}
