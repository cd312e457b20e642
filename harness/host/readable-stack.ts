import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { projectRoot } from "./project-root.ts";

/** A trace is read from its top; what is deeper is Node's or the supervisor's. */
const MAX_FRAMES = 12;
/** `at name (place)` or `at place`, as V8 writes them: https://v8.dev/docs/stack-trace-api */
const FRAME = /^\s*at (?:(.*) \()?((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/;

/**
 * A stack trace in terms of the TypeScript: places in a bundle are looked up in the source map beside it.
 *
 * @param stack as V8 writes it, of a process here or in a guest
 * @param agentSha256 of the bundle that the guest runs: there it has another path
 * @returns one line for the error, then the frames that are in the project's sources, or in no bundle that is known; Node's own are left out
 */
export function readableStack(stack: string, agentSha256?: string): string[] {
  const lines = stack.split("\n");
  const firstFrame = lines.findIndex((line) => FRAME.test(line));
  const message = (firstFrame === -1 ? lines : lines.slice(0, firstFrame)).join(" ").trim();
  const frames = firstFrame === -1 ? [] : lines.slice(firstFrame).flatMap((line) => readableFrame(line, agentSha256));
  return [message, ...frames.slice(0, MAX_FRAMES)];
}

/** @returns the place in the sources where it was thrown: `guest/selftest/probes/bulk.ts:17`; undefined: in none that is known */
export function placeOf(readable: readonly string[]): string | undefined {
  return readable.map((line) => /(?:guest|contract|harness|scripts)\/\S+\.ts:\d+/.exec(line)?.[0]).find(Boolean);
}

function readableFrame(line: string, agentSha256: string | undefined): string[] {
  const [, name, place = "", row, column] = FRAME.exec(line) ?? [];
  if (place === "" || place.startsWith("node:")) return [];
  const found = sourcePlace(place, Number(row), Number(column), agentSha256) ?? `${place}:${row}:${column}`;
  return [`    at ${name === undefined ? found : `${name} (${found})`}`];
}

/** The place is the guest's word: no file outside the project's own bundles is opened for it. */
function sourcePlace(place: string, row: number, column: number, agentSha256: string | undefined): string | undefined {
  const path = place.replace(/^file:\/\//, "");
  const bundle = isBundle(path) ? path : agentBundle(path, agentSha256);
  if (bundle === undefined) return undefined;
  const entry = mapOf(bundle)?.findEntry(row - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return undefined;
  const source = relative(projectRoot(), resolve(dirname(bundle), entry.originalSource));
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

function isBundle(path: string): boolean {
  const build = join(projectRoot(), "build") + sep;
  return resolve(path) === path && path.startsWith(build) && existsSync(`${path}.map`);
}

/** In a guest the agent is `agent.cjs`, whichever of the bundles it was made from. */
function agentBundle(path: string, sha256: string | undefined): string | undefined {
  if (sha256 === undefined || basename(path) !== "agent.cjs") return undefined;
  const build = join(projectRoot(), "build");
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
