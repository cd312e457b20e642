/**
 * References that resolve. A comment that gives a section of a document that nobody can find is worse than none: so a reference names
 * the document and its anchor (`dsoftbus-transport.md#5-acknowledgement-and-recovery`), or an RFC or the Noise specification by name.
 */
import { posix } from "node:path";

export interface Document {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export interface BadReference {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly what: string;
}

/** A document, `#` and an anchor, in a link or by itself; the folder in front is optional. */
const ANCHORED = /(?<path>[\w./-]*[\w-]+\.md)#(?<anchor>[a-z0-9-]+)/g;
/** Links of Markdown to files of the project. */
const LINKED = /\]\((?<target>[^)\s#:]+)(?<anchor>#[a-z0-9-]+)?\)/g;
/** Links within one document. */
const WITHIN = /\]\(#(?<anchor>[a-z0-9-]+)\)/g;
const DECISION = /docs\/decisions\/(?<number>\d{3})/g;
/** What may stand before "section N": the title of a published specification. */
const BARE = /(?<before>.{0,60})\b(?:[Ss]ection|[Pp]rotocol) (?<number>\d+(?:\.\d+)*)/g;
const PUBLISHED = /(?:RFC \d+|Noise specification(?:, revision \d+)?),? *$/;

const LONGEST_LINE = 2_000;

/** @returns GitHub's anchors of a document's headings */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const withoutCode = markdown.replaceAll(/^```[\s\S]*?^```/gm, "");
  for (const [, heading = ""] of withoutCode.matchAll(/^#+ +(.*)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let unique = slug;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${slug}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/**
 * @param texts to look at: sources and documents
 * @param files every tracked file, for links to them
 */
export function findBadReferences(texts: readonly Document[], files: ReadonlySet<string>): BadReference[] {
  const anchors = new Map(texts.filter(isMarkdown).map(({ path, text }) => [path, anchorsOf(text)]));
  return texts.flatMap((document) => badIn(document, anchors, files));
}

function badIn(
  document: Document,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
  files: ReadonlySet<string>,
): BadReference[] {
  const bad: BadReference[] = [];
  for (const [index, line] of document.text.split("\n").entries()) {
    // Data has lines of any length, and nothing to say here.
    if (line.length > LONGEST_LINE) continue;
    const complain = (what: string): number => bad.push({ path: document.path, line: index + 1, what });
    for (const { groups } of line.matchAll(ANCHORED)) {
      const { path = "", anchor = "" } = groups ?? {};
      const target = resolveDocument(document.path, path, anchors);
      if (target === undefined) complain(`no document ${path}`);
      else if (anchors.get(target)?.has(anchor) !== true) complain(`no heading #${anchor} in ${target}`);
    }
    for (const { groups } of line.matchAll(DECISION)) {
      const start = `docs/decisions/${groups?.["number"] ?? ""}-`;
      if (![...files].some((file) => file.startsWith(start))) complain(`no decision ${start}`);
    }
    for (const { groups } of line.matchAll(BARE)) {
      if (!PUBLISHED.test(groups?.["before"] ?? ""))
        complain(`"section ${groups?.["number"] ?? ""}" of which document?`);
    }
    if (isMarkdown(document)) for (const what of badLinks(document.path, line, anchors, files)) complain(what);
  }
  return bad;
}

function badLinks(
  from: string,
  line: string,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
  files: ReadonlySet<string>,
): string[] {
  const within = [...line.matchAll(WITHIN)].map(({ groups }) => groups?.["anchor"] ?? "");
  const missing = within.filter((anchor) => anchors.get(from)?.has(anchor) !== true);
  const targets = [...line.matchAll(LINKED)].map(({ groups }) =>
    posix.normalize(posix.join(posix.dirname(from), groups?.["target"] ?? "")),
  );
  const lost = targets.filter(
    (target) => !files.has(target) && ![...files].some((file) => file.startsWith(slashed(target))),
  );
  return [...missing.map((anchor) => `no heading #${anchor} here`), ...lost.map((target) => `no file ${target}`)];
}

/** A document is named by its path from the root, from where the reference stands, or by its name alone if that is unique. */
function resolveDocument(
  from: string,
  path: string,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const beside = posix.normalize(posix.join(posix.dirname(from), path));
  const direct = [path, beside].find((candidate) => anchors.has(candidate));
  if (direct !== undefined) return direct;
  const named = [...anchors.keys()].filter((candidate) => candidate.endsWith(`/${path}`));
  return named.length === 1 ? named[0] : undefined;
}

function slashed(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}

function isMarkdown({ path }: Document): boolean {
  return path.endsWith(".md");
}
