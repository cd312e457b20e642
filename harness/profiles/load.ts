import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import type { z } from "zod";
import { HarnessError } from "../host/harness-error.ts";
import { Manifest, parseManifest, type MarkerEntry } from "../markers/manifest.ts";
import { projectRoot } from "../host/project-root.ts";
import { checkProfile, type ProfileIssue } from "./check-profile.ts";
import { knownKeysAt, knownValuesAt } from "./json-schema.ts";
import { nearestName } from "../host/nearest-name.ts";
import { profileSchema, type Profile } from "./schema.ts";
import { TomlPositions } from "./toml-positions.ts";

/** A profile with the markers that it may print: the product's and its own. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly manifest: Manifest;
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

export function loadMarkers(): MarkerEntry[] {
  return parseManifest(readFileSync(join(projectRoot(), "fixtures/markers.toml"), "utf8"));
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
