import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { HarnessError } from "../host/harness-error.ts";
import { manifestError, parseManifest, type Manifest, type MarkerEntry } from "../markers/manifest.ts";
import { packageAssets } from "../host/package-assets.ts";
import { checkProfile } from "./check-profile.ts";
import { isRule, unknownRule } from "./rule-names.ts";
import { nearestName, suggestion } from "../../contract/nearest-name.ts";
import { readVariants } from "./matrix/read-variants.ts";
import { splitVariant } from "./matrix/variants.ts";
import { inEnvironments, manifestOf, readProofs, withProofs, type ProfileProofs } from "./profile-proofs.ts";
import { profileSchema, type Profile } from "./schema.ts";
import { readNamedText } from "./toml/named-file.ts";
import { checkToml, tomlError, type TomlFile } from "./toml/toml-file.ts";
import { withGuests } from "./written-guests.ts";

/** A profile with the markers that it may print: the product's and its own. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly manifest: Manifest;
  /** Of nodes whose guest has a manifest of its own project. */
  readonly proofs?: ProfileProofs;
  /** The phase that it ends after: later rungs are left out. */
  readonly cutAt?: string;
  /** Where it was named by its file (`--profile ./x.toml`): that path, with its variant behind it. Relative paths in the profile begin at the file's folder. */
  readonly path?: string;
}

/** A profile of the project that can't be used, and why. */
export interface BrokenProfile {
  readonly name: string;
  readonly error: HarnessError;
}

export function profileFolder(): string {
  return join(packageAssets(), "fixtures/profiles");
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
      loaded.push(...loadProfileVariants(name, folder));
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
 * @returns it, or its variants
 * @throws HarnessError `profile-unknown` (names the nearest file) or `profile-invalid` (names file, line and key)
 */
function loadProfileFile(path: string): LoadedProfile[] {
  return parseProfiles(readProfileFile(path), path, loadMarkers()).map((loaded) => ({
    ...loaded,
    path: `${path}${loaded.profile.name.replace(/^[^[]*/, "")}`,
  }));
}

function readProfileFile(path: string): string {
  const read = readNamedText(path);
  if ("text" in read) return read.text;
  const { problem, near, cause } = read;
  const hint = near === undefined ? "udpsec list shows the project's own" : `did you mean ${near}?`;
  throw new HarnessError("profile-unknown", problem, hint, { cause });
}

/**
 * @param written a file, or the name of a profile of the project; a profile with a matrix is all of its variants, and with one behind it in
 * brackets, `name[loss=0.05]`, that one
 * @throws HarnessError as `loadProfileFile` and `loadProfile` do
 */
export function loadNamedProfiles(written: string): LoadedProfile[] {
  const { base, variant } = splitVariant(written);
  const all = isProfilePath(base) ? loadProfileFile(base) : loadProfileVariants(base);
  if (variant === undefined) return all;
  const found = all.find(({ profile }) => splitVariant(profile.name).variant === variant);
  if (found !== undefined) return [found];
  const names = all.map(({ profile, path }) => path ?? profile.name);
  const message = `there is no profile ${written}${suggestion(written, names)}`;
  throw new HarnessError("profile-unknown", message, `there are: ${names.join(", ")}`);
}

/** As `loadNamedProfiles`, where one profile is meant. @throws HarnessError `profile-unknown` for one that has variants, too */
export function loadNamedProfile(written: string): LoadedProfile {
  return theOne(loadNamedProfiles(written), written);
}

/** @throws HarnessError `profile-unknown` (names the nearest) or `profile-invalid` (names file, line and key) */
export function loadProfile(name: string, folder: string = profileFolder()): LoadedProfile {
  return theOne(loadProfileVariants(name, folder), name);
}

function theOne(all: readonly LoadedProfile[], written: string): LoadedProfile {
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return first;
  const names = all.map(({ profile }) => profile.name);
  throw new HarnessError("profile-unknown", `${written} is ${all.length} profiles`, `say which: ${names.join(", ")}`);
}

function loadProfileVariants(name: string, folder: string = profileFolder()): LoadedProfile[] {
  const names = profileNames(folder);
  if (!names.includes(name)) {
    const near = nearestName(name, [...names, "all"]);
    const hint = near === undefined ? "" : `did you mean ${near}? `;
    throw new HarnessError("profile-unknown", `there is no profile ${name}`, `${hint}there are: ${names.join(", ")}`);
  }
  const path = join(folder, `${name}.toml`);
  const variants = parseProfiles(readFileSync(path, "utf8"), relative(packageAssets(), path), loadMarkers(), folder);
  for (const { profile } of variants) {
    const { base } = splitVariant(profile.name);
    if (base !== name)
      throw new HarnessError("profile-invalid", `${path}: its name is ${base}`, "name and file must agree");
  }
  return variants;
}

/** @throws HarnessError `manifest-invalid` */
export function loadMarkers(): MarkerEntry[] {
  const markers = parseManifest(readFileSync(join(packageAssets(), "fixtures/markers.toml"), "utf8"));
  for (const { id, evidence } of markers) {
    const unknown = evidence.find((rule) => !isRule(rule));
    if (unknown !== undefined) throw manifestError(`marker ${id}: ${unknownRule(unknown)}`);
  }
  return markers;
}

/** As `parseProfiles`, where one profile is meant. */
export function parseProfile(...args: Parameters<typeof parseProfiles>): LoadedProfile {
  return theOne(parseProfiles(...args), args[1]);
}

/**
 * @param file shown in errors @param folder where the paths that the profile names begin
 * @returns the profile, or its variants if it has a matrix
 * @throws HarnessError `profile-invalid`
 */
export function parseProfiles(
  toml: string,
  file: string,
  markers: readonly MarkerEntry[],
  folder = dirname(file),
): LoadedProfile[] {
  const source = profileFile(file, toml);
  return readVariants(source).map(({ name, value, remark }) =>
    loadVariant({ ...source, remark }, { value, name }, markers, folder),
  );
}

function loadVariant(
  source: TomlFile,
  { value, name }: { readonly value: unknown; readonly name: (base: string) => string },
  markers: readonly MarkerEntry[],
  folder: string,
): LoadedProfile {
  const read = checkToml(source, value, profileSchema, "the profile");
  const { profile, issues: ofGuests } = withGuests(read, folder);
  if (ofGuests.length > 0) throw tomlError(source, ofGuests);
  const named = { ...profile, name: name(read.name) };
  const proofs = readProofs(named, source, folder);
  const { profile: written, issues: ofEnvironments } = inEnvironments(named, proofs);
  if (ofEnvironments.length > 0) throw tomlError(source, ofEnvironments);
  const manifest = manifestOf([...markers, ...written.marker], proofs);
  const issues = checkProfile(written, manifest, proofs);
  if (issues.length > 0) throw tomlError(source, issues);
  return { profile: withProofs(written, proofs), manifest, ...(proofs.size === 0 ? {} : { proofs }) };
}

/** @param name of the file, as errors show it */
function profileFile(name: string, text: string): TomlFile {
  return { name, text, code: "profile-invalid", hint: "fixtures/profiles/profile.schema.json lists every key" };
}
