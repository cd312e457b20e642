/**
 * Cycles between folders, at every level of the tree.
 *
 * For each folder its subfolders are nodes, and the files that lie directly in it are one more; an import from a file under one node to
 * a file under another is an arrow. None of these graphs may have a cycle: otherwise neither of two folders can be understood, or
 * moved, without the other. A folder's door (`index.ts`) may import everything beneath it, and `guest/`, `harness/` and the folders
 * beside them are looked at as one row of rooms: images may use `harness/host` while `harness/guests` uses images.
 */
import { posix } from "node:path";

export interface ImportEdge {
  readonly from: string;
  readonly to: string;
}

export interface FolderCycle {
  /** The folder whose parts depend on each other in a circle; "" for the project's root. */
  readonly folder: string;
  /** Names of the parts; "." for the files directly in it. */
  readonly parts: readonly string[];
  /** One import for each arrow among them. */
  readonly examples: readonly ImportEdge[];
}

/** Folders of rooms that count as if their rooms lay in the root. */
const OPENED_FOLDERS = ["guest", "harness"];

export function findFolderCycles(edges: readonly ImportEdge[]): FolderCycle[] {
  const graphs = new Map<string, Map<string, Map<string, ImportEdge>>>();
  for (const edge of edges) {
    const arrow = arrowOf(edge);
    if (arrow === undefined) continue;
    const graph = entry(graphs, arrow.folder, () => new Map<string, Map<string, ImportEdge>>());
    const targets = entry(graph, arrow.from, () => new Map<string, ImportEdge>());
    if (!targets.has(arrow.to)) targets.set(arrow.to, edge);
  }
  return [...graphs].flatMap(([folder, graph]) =>
    stronglyConnected(graph).map((parts) => ({ folder, parts, examples: examplesAmong(graph, parts) })),
  );
}

/** In which folder's graph an import is an arrow, and from which part to which. */
function arrowOf({ from, to }: ImportEdge): { folder: string; from: string; to: string } | undefined {
  const [fromParts, toParts] = [partsOf(from), partsOf(to)];
  let shared = 0;
  while (fromParts[shared] === toParts[shared] && shared < fromParts.length - 1 && shared < toParts.length - 1)
    shared += 1;
  const folder = fromParts.slice(0, shared).join("/");
  if (posix.basename(from) === "index.ts" && fromParts.length === shared + 1) return undefined;
  const part = (parts: readonly string[]): string => (parts.length === shared + 1 ? "." : (parts[shared] ?? "."));
  const arrow = { folder, from: part(fromParts), to: part(toParts) };
  return arrow.from === arrow.to ? undefined : arrow;
}

/** `guest/core/x.ts` -> `guest/core`, `x.ts`: its room is one step from the root. */
function partsOf(path: string): string[] {
  const [first = "", second, ...rest] = path.split("/");
  if (second === undefined || rest.length === 0 || !OPENED_FOLDERS.includes(first)) return path.split("/");
  return [`${first}/${second}`, ...rest];
}

function examplesAmong(
  graph: ReadonlyMap<string, ReadonlyMap<string, ImportEdge>>,
  parts: readonly string[],
): ImportEdge[] {
  return parts.flatMap((from) => parts.flatMap((to) => graph.get(from)?.get(to) ?? []));
}

/** Tarjan's algorithm. @returns the components of more than one node */
function stronglyConnected(graph: ReadonlyMap<string, ReadonlyMap<string, ImportEdge>>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    for (const next of graph.get(node)?.keys() ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1) found.push(component.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
