import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import type { z } from "zod";
import { HarnessError } from "../host/harness-error.ts";
import { Manifest, manifestError, parseManifest, type MarkerEntry } from "../markers/manifest.ts";
import { projectRoot } from "../host/project-root.ts";
import { checkProfile } from "./check-profile.ts";
import type { ProfileIssue } from "./profile-issue.ts";
import { isRule, unknownRule } from "./rule-names.ts";
import { knownKeysAt, knownValuesAt } from "./json-schema.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { profileSchema, type Profile } from "./schema.ts";
import { TomlPositions } from "./toml-positions.ts";

/** A profile with the markers that it may print: the product's and its own. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly manifest: Manifest;
  /** Where it was named by its file (`--profile ./x.toml`): that path. Relative paths in the profile begin at the file's folder. */
  readonly path?: string;
}

/** A profile of the project that can't be used, and why. */
export interface BrokenProfile {
  readonly name: string;
  readonly error: HarnessError;
}

export function profileFolder(): string {
  return join(projectRoot(), "fixtures/profiles");
}

/** The profiles that come with the project, by name. */
export function profileNames(folder: string = profileFolder()): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".toml"))
    .map((file) => basename(file, ".toml"))
    .sort();
}

/** @returns all that come with the project; a broken one keeps no other from being used */
export function loadAllProfiles(folder: string = profileFolder()): {
  readonly loaded: readonly LoadedProfile[];
  readonly broken: readonly BrokenProfile[];
} {
  const loaded: LoadedProfile[] = [];
  const broken: BrokenProfile[] = [];
  for (const name of profileNames(folder)) {
    try {
      loaded.push(loadProfile(name, folder));
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      broken.push({ name, error });
    }
  }
  return { loaded, broken };
}

/** @returns whether somebody who wrote this means a file, not the name of a profile: it has a folder, or ends as such files do */
function isProfilePath(written: string): boolean {
  return written.includes("/") || written.endsWith(".toml");
}

/**
 * A profile from anywhere: its name is free.
 *
 * @param path from the current folder
 * @throws HarnessError `profile-unknown` (names the nearest file) or `profile-invalid` (names file, line and key)
 */
function loadProfileFile(path: string): LoadedProfile {
  return { ...parseProfile(readProfileFile(path), path, loadMarkers()), path };
}

function readProfileFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOENT")
      throw new HarnessError("profile-unknown", `${path} can't be read (${code})`, "name a file", { cause });
    const folder = dirname(path);
    const near = existsSync(folder) ? nearestName(basename(path), readdirSync(folder)) : undefined;
    const hint = near === undefined ? "udpsec list shows the project's own" : `did you mean ${join(folder, near)}?`;
    throw new HarnessError("profile-unknown", `there is no file ${path}`, hint, { cause });
  }
}

/** @param written a file, or the name of a profile of the project @throws HarnessError as `loadProfileFile` and `loadProfile` do */
export function loadNamedProfile(written: string): LoadedProfile {
  return isProfilePath(written) ? loadProfileFile(written) : loadProfile(written);
}

/** @throws HarnessError `profile-unknown` (names the nearest) or `profile-invalid` (names file, line and key) */
export function loadProfile(name: string, folder: string = profileFolder()): LoadedProfile {
  const names = profileNames(folder);
  if (!names.includes(name)) {
    const near = nearestName(name, [...names, "all"]);
    const hint = near === undefined ? "" : `did you mean ${near}? `;
    throw new HarnessError("profile-unknown", `there is no profile ${name}`, `${hint}there are: ${names.join(", ")}`);
  }
  const path = join(folder, `${name}.toml`);
  const loaded = parseProfile(readFileSync(path, "utf8"), relative(projectRoot(), path), loadMarkers());
  if (loaded.profile.name !== name) {
    throw new HarnessError(
      "profile-invalid",
      `${path}: its name is ${loaded.profile.name}`,
      "name and file must agree",
    );
  }
  return loaded;
}

/** @throws HarnessError `manifest-invalid` */
export function loadMarkers(): MarkerEntry[] {
  const markers = parseManifest(readFileSync(join(projectRoot(), "fixtures/markers.toml"), "utf8"));
  for (const { id, evidence } of markers) {
    const unknown = evidence.find((rule) => !isRule(rule));
    if (unknown !== undefined) throw manifestError(`marker ${id}: ${unknownRule(unknown)}`);
  }
  return markers;
}

/** @param file shown in errors */
export function parseProfile(toml: string, file: string, markers: readonly MarkerEntry[]): LoadedProfile {
  const value = parseOrThrow(toml, file);
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) throw invalid(file, toml, parsed.error.issues.map(describeIssue));
  const profile = parsed.data;
  const manifest = new Manifest([...markers, ...profile.marker]);
  const issues = checkProfile(profile, manifest);
  if (issues.length > 0) throw invalid(file, toml, issues);
  return { profile, manifest };
}

function parseOrThrow(toml: string, file: string): unknown {
  try {
    return parseToml(toml);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [reason = ""] = cause.message.split("\n");
    throw new HarnessError(
      "profile-invalid",
      `${file}:${cause.line}: ${reason}`,
      "this is not TOML: correct the line",
      {
        cause,
      },
    );
  }
}

function describeIssue(issue: z.core.$ZodIssue): ProfileIssue {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = knownKeysAt(issue.path);
    const near = nearestName(key, known);
    const help = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], message: `unknown key ${key}; ${help}` };
  }
  const key = issue.path.length === 0 ? "the profile" : issue.path.map(String).join(".");
  const values = knownValuesAt(issue.path);
  if (values.length > 0) return { path: issue.path, message: `${key}: expected one of ${values.join(", ")}` };
  return { path: issue.path, message: `${key}: ${issue.message}` };
}

function invalid(file: string, toml: string, issues: readonly ProfileIssue[]): HarnessError {
  const positions = new TomlPositions(toml);
  const lines = issues.map(({ path, message }) => `${file}:${positions.lineOf(path)}: ${message}`);
  return new HarnessError("profile-invalid", lines.join("\n"), "fixtures/profiles/profile.schema.json lists every key");
}
