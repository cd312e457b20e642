import { EventKind } from "../../../contract/events.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import { guestKind } from "../../guests/registry.ts";
import { Ladder } from "../../markers/ladder.ts";
import type { LadderSpec, NodeLadder, RunFailure } from "../../markers/ladder-spec.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";

/** Of one node. More lines that matter are looked for where all lines are: in what its console keeps. */
const MAX_TOLD_LINES = 10_000;
const LISTENER_RULE = "listener-answers";
/** What was never said. */
const NOTHING = /(?!)/;

/** The ladder that nodes have climbed, and what they said on it that no run may say. */
export interface ClimbedLadder {
  readonly ladder: Ladder;
  readonly failures: readonly RunFailure[];
}

/** What of a node's console counts, kept as it came: a console that is flooded afterwards gives its oldest lines up. */
export class ToldByNode {
  /** Of known markers. */
  readonly ids = new Set<string>();
  readonly #lines: ConsoleLine[] = [];

  add(line: ConsoleLine): void {
    if (this.#lines.length < MAX_TOLD_LINES) this.#lines.push(line);
  }

  /** @returns those that stood before any that the console still has */
  before(kept: readonly ConsoleLine[]): readonly ConsoleLine[] {
    const first = kept[0]?.number ?? Infinity;
    return this.#lines.filter(({ number }) => number < first);
  }
}

/** Lets every known marker pass: what stands on it shows only what was printed, and what no run may say. */
export function openLadder(loaded: LoadedProfile): Ladder {
  return new Ladder(specOf(loaded, new Map()), loaded.manifest);
}

/**
 * A test says in code what must come, so its run has no ladder to be followed. Afterwards it has one: every known marker that a node printed
 * is a rung, and has to be confirmed like any other.
 *
 * @param told by each node
 */
export function climbedLadder(
  loaded: LoadedProfile,
  nodes: readonly FinishedNode[],
  told: ReadonlyMap<string, ToldByNode>,
): ClimbedLadder {
  const ladder = new Ladder(specOf(loaded, told), loaded.manifest);
  const failures = nodes
    .flatMap((node) => climb(ladder, node, told.get(node.name)))
    .flatMap((step) => (step.kind === "failure" ? step.failure : []));
  return { ladder, failures };
}

function specOf({ profile, manifest }: LoadedProfile, told: ReadonlyMap<string, ToldByNode>): LadderSpec {
  const onHost = profile.node.some(({ guest }) => guestKind(guest).runsOn === "host");
  const nodes = profile.node.map(({ name, guest }): NodeLadder => {
    const { console: said, hasEventPort, runsAgent, runsOn } = guestKind(guest);
    // Beside processes of the host the evidence looks at where those listen; where the machine does, the observer alone.
    const isDialled = onHost && runsOn === "machine";
    const { forbidden, intrusion } = said;
    // The order is the test's to say, and so is how often a marker may come.
    const own = [...(told.get(name)?.ids ?? [])].filter((id) => !(isDialled && isAboutListener(manifest, id)));
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

function climb(
  ladder: Ladder,
  { name, transcript, events, bootMs }: FinishedNode,
  told: ToldByNode = new ToldByNode(),
): ReturnType<Ladder["line"]> {
  if (bootMs !== undefined) ladder.booted(name, bootMs);
  const onConsole = [...told.before(transcript.lines), ...transcript.lines].flatMap((line) => ladder.line(name, line));
  const onPort = events.flatMap(({ kind, data, arrivedMs }) =>
    kind === EventKind.MARKER && typeof data["text"] === "string"
      ? ladder.markerEvent(name, data["text"], arrivedMs)
      : [],
  );
  return [...onConsole, ...onPort];
}
