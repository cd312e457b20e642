import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { HarnessError } from "../host/harness-error.ts";
import { manifestError, parseManifest, type Manifest, type MarkerEntry } from "../markers/manifest.ts";
import { projectRoot } from "../host/project-root.ts";
import { checkProfile } from "./check-profile.ts";
import { isRule, unknownRule } from "./rule-names.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { manifestOf, readProofs, withProofs, type ProfileProofs } from "./profile-proofs.ts";
import { profileSchema, type Profile } from "./schema.ts";
import { readToml, tomlError, type TomlFile } from "./toml/toml-file.ts";

/** A profile with the markers that it may print: the product's and its own. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly manifest: Manifest;
  /** Of nodes whose guest has a manifest of its own project. */
  readonly proofs?: ProfileProofs;
  /** The phase that it ends after: later rungs are left out. */
  readonly cutAt?: string;
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
  const loaded = parseProfile(readFileSync(path, "utf8"), relative(projectRoot(), path), loadMarkers(), folder);
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

/** @param file shown in errors @param folder where the paths that the profile names begin */
export function parseProfile(
  toml: string,
  file: string,
  markers: readonly MarkerEntry[],
  folder = dirname(file),
): LoadedProfile {
  const source = profileFile(file, toml);
  const written = readToml(source, profileSchema, "the profile");
  const proofs = readProofs(written, source, folder);
  const manifest = manifestOf([...markers, ...written.marker], proofs);
  const issues = checkProfile(written, manifest, proofs);
  if (issues.length > 0) throw tomlError(source, issues);
  return { profile: withProofs(written, proofs), manifest, ...(proofs.size === 0 ? {} : { proofs }) };
}

/** @param name of the file, as errors show it */
function profileFile(name: string, text: string): TomlFile {
  return { name, text, code: "profile-invalid", hint: "fixtures/profiles/profile.schema.json lists every key" };
}
