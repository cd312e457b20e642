import type { EventDamage } from "../console/event-collector.ts";
import type { RunFailure, LadderNote } from "./ladder-spec.ts";
import type { NodeLadderMatcher, Sighting } from "./node-ladder.ts";

/** Missing markers whose bytes are looked for: the first ones. */
const MAX_SOUGHT = 20;

/**
 * Compares what the serial console and the event port of one node say. A marker that only one of them has is torn, or a lie.
 *
 * @param inOrder the machine ended by itself: nothing was cut off on its way to us
 */
export function reconcileChannels(
  node: NodeLadderMatcher,
  damage: readonly EventDamage[],
  inOrder: boolean,
): { failures: RunFailure[]; notes: LadderNote[] } {
  const failures: RunFailure[] = [];
  const notes: LadderNote[] = [];
  const name = node.spec.node;
  for (const { kind, source, detail } of damage) {
    const where = source === undefined ? "" : `${source}: `;
    notes.push({ code: "event-port-damaged", node: name, detail: `${kind}: ${where}${detail}` });
  }
  if (!node.spec.hasEventPort) {
    for (const head of node.lostHeads) failures.push(torn(node, head, "the rest never came"));
    const missing = node.rungs.filter(({ seen, count }) => seen < count);
    for (const { text } of missing.slice(0, MAX_SOUGHT)) failures.push(...mixed(node, text));
    return { failures, notes };
  }
  const heads = [...node.lostHeads];
  for (const event of unmatched(node.delivered, node.serial)) {
    const head = heads.findIndex((part) => event.text.startsWith(part));
    if (head !== -1) {
      const [part = ""] = heads.splice(head, 1);
      failures.push(torn(node, event.text, `the console has only "${part}"`));
    } else if (inOrder) {
      const found = mixed(node, event.text);
      if (found.length > 0) failures.push(...found);
      else failures.push(disagreement(node, event, "on the event port, never on the serial console"));
    }
  }
  if (inOrder && damage.length === 0) {
    for (const line of unmatched(node.serial, node.delivered)) {
      failures.push(disagreement(node, line, "on the serial console, never on the event port"));
    }
  }
  return { failures, notes };
}

/** @returns what `these` has more often than `those` */
function unmatched(these: readonly Sighting[], those: readonly Sighting[]): Sighting[] {
  const left = new Map<string, number>();
  for (const { text } of those) left.set(text, (left.get(text) ?? 0) + 1);
  return these.filter(({ text }) => {
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    return count === 0;
  });
}

function torn(node: NodeLadderMatcher, text: string, why: string): RunFailure {
  return {
    code: "torn",
    node: node.spec.node,
    marker: rungOf(node, text),
    detail: `"${text}": ${why}`,
    atMs: undefined,
  };
}

/** Nobody can mend what two processors wrote at once; where to look, one can say. */
function mixed(node: NodeLadderMatcher, text: string): RunFailure[] {
  const lines = node.mixedUp(text);
  if (lines === undefined) return [];
  return [torn(node, text, `its bytes stand among others in ${JSON.stringify(lines)}: two write at once`)];
}

function disagreement(node: NodeLadderMatcher, { text, atMs }: Sighting, where: string): RunFailure {
  const { spec } = node;
  return { code: "channels-disagree", node: spec.node, marker: rungOf(node, text), detail: `"${text}" ${where}`, atMs };
}

function rungOf(node: NodeLadderMatcher, text: string): string | undefined {
  return node.rungs.find((rung) => rung.text.split("<")[0] === text.slice(0, rung.text.split("<")[0]?.length))?.marker;
}
