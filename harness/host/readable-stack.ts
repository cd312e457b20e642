import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { buildFolder, isClone, packageAssets, prebuiltFolder } from "./package-assets.ts";

/** A trace is read from its top; what is deeper is Node's or the supervisor's. */
const MAX_FRAMES = 12;
/** Of a line: what is longer is no frame of ours. */
const MAX_FRAME_UNITS = 500;
const MAX_SOURCE_UNITS = 200;
/** `at name (place)` or `at place`, as V8 writes them: https://v8.dev/docs/stack-trace-api */
const FRAME = /^\s*at (?:(.*) \()?((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/;

/**
 * A stack trace in terms of the TypeScript: places in a bundle are looked up in the source map beside it.
 *
 * @param stack as V8 writes it, of a process here or in a guest
 * @param agentSha256 of the bundle that the guest runs: there it has another path
 * @returns one line for the error, then the frames that are in the project's sources, or in no bundle that is known; Node's own are left out.
 *   Behind the first frame that is in the sources stands its line, where they are at hand
 */
export function readableStack(stack: string, agentSha256?: string): string[] {
  const lines = stack.split("\n").map((line) => line.slice(0, MAX_FRAME_UNITS));
  const firstFrame = lines.findIndex((line) => FRAME.test(line));
  const message = (firstFrame === -1 ? lines : lines.slice(0, firstFrame)).join(" ").trim();
  const frames = firstFrame === -1 ? [] : lines.slice(firstFrame).flatMap((line) => frameIn(line) ?? []);
  const sources = new Sources(agentSha256);
  const placed = frames.slice(0, MAX_FRAMES).map((frame) => ({ frame, place: sources.placeOf(frame) }));
  const first = placed.findIndex(({ place }) => place !== undefined);
  const told = placed.flatMap(({ frame, place }, index) => [
    shown(frame, place),
    ...(index === first && place !== undefined ? sourceLine(place) : []),
  ]);
  return [message, ...told];
}

/** @returns the place in the sources where it was thrown: `guest/selftest/probes/bulk.ts:17`; undefined: in none that is known */
export function placeOf(readable: readonly string[]): string | undefined {
  return readable.map((line) => /(?:guest|contract|harness|scripts)\/\S+\.ts:\d+/.exec(line)?.[0]).find(Boolean);
}

interface Frame {
  readonly name: string | undefined;
  readonly place: string;
  /** From 1, as the column. */
  readonly row: number;
  readonly column: number;
}

/** @returns undefined for what is none, and for Node's own */
function frameIn(line: string): Frame | undefined {
  const [, name, place = "", row, column] = FRAME.exec(line) ?? [];
  if (place === "" || place.startsWith("node:")) return undefined;
  return { name, place, row: Number(row), column: Number(column) };
}

function shown({ name, place, row, column }: Frame, source: string | undefined): string {
  const found = source ?? `${place}:${row}:${column}`;
  return `    at ${name === undefined ? found : `${name} (${found})`}`;
}

/** @param place as `placeOf` of the sources has it, so none that a guest chose @returns nothing where the sources are not at hand */
function sourceLine(place: string): string[] {
  const [path = "", row = ""] = place.split(":");
  try {
    const text = readFileSync(join(packageAssets(), path), "utf8").split("\n")[Number(row) - 1]?.trim() ?? "";
    return [`      ${row} | ${text.slice(0, MAX_SOURCE_UNITS)}`];
  } catch {
    return [];
  }
}

/** What the frames of one trace stand in; each bundle's map is read once. */
class Sources {
  readonly #agentSha256: string | undefined;
  readonly #maps = new Map<string, SourceMap | undefined>();
  #agent: string | undefined;

  constructor(agentSha256: string | undefined) {
    this.#agentSha256 = agentSha256;
  }

  /** The frame's place is the guest's word: no file outside the project's own bundles is opened for it. */
  placeOf({ place, row, column }: Frame): string | undefined {
    const path = place.replace(/^file:\/\//, "");
    const bundle = isBundle(path) ? path : this.#agentBundle(path);
    if (bundle === undefined) return undefined;
    if (!this.#maps.has(bundle)) this.#maps.set(bundle, mapOf(bundle));
    const entry = this.#maps.get(bundle)?.findEntry(row - 1, column - 1);
    if (entry === undefined || !("originalSource" in entry)) return undefined;
    const source = relative(packageAssets(), resolve(dirname(bundle), entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  /** In a guest the agent is `agent.cjs`, whichever of the bundles it was made from. */
  #agentBundle(path: string): string | undefined {
    if (this.#agentSha256 === undefined || basename(path) !== "agent.cjs") return undefined;
    return (this.#agent ??= agentWith(this.#agentSha256));
  }
}

function isBundle(path: string): boolean {
  return resolve(path) === path && path.startsWith(folderOfBundles() + sep) && existsSync(`${path}.map`);
}

function folderOfBundles(): string {
  return isClone() ? buildFolder() : prebuiltFolder();
}

function agentWith(sha256: string): string | undefined {
  const build = folderOfBundles();
  const variants = join(build, "agents");
  const others = existsSync(variants) ? readdirSync(variants).map((name) => join(variants, name)) : [];
  return [join(build, "agent.cjs"), ...others.filter((name) => name.endsWith(".cjs"))].find(
    (candidate) => existsSync(`${candidate}.map`) && hashOf(candidate) === sha256,
  );
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** @returns undefined for what is no source map: a trace is no reason to end */
function mapOf(bundle: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
