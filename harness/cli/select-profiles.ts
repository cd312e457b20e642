/** Which profiles a command line means. */
import { join, resolve } from "node:path";
import picomatch from "picomatch";
import { readHistory } from "../history/history.ts";
import {
  loadAllProfiles,
  loadNamedProfiles,
  profileFolder,
  type BrokenProfile,
  type LoadedProfile,
} from "../profiles/load.ts";
import { splitNames, splitVariant } from "../profiles/matrix/variants.ts";
import { usageError } from "./command.ts";

/** A folder or an ending names a file; brackets belong to the names of variants. */
const GLOB = /^(?=.*[*?{])(?!.*(?:\/|\.toml$))/;

/** What the user wrote, as he wrote it. */
export interface ProfileWish {
  /** Names, globs of names, files, `all`; several may be joined by commas. */
  readonly names: readonly string[];
  /** Of these, or of all: those whose name or sentence it matches. */
  readonly grep: RegExp | undefined;
  /** Of these, or of all: those whose last run here failed. */
  readonly lastFailed: boolean;
  readonly world: "qemu" | "sim";
}

/** Those that can be used, and of globs and `all` those that can't be read: each fails alone. */
export interface SelectedProfiles {
  readonly profiles: readonly LoadedProfile[];
  readonly broken: readonly BrokenProfile[];
}

/**
 * @param defaults taken where nothing at all is asked for @param history folder of the runs that are remembered
 * @throws HarnessError `usage` if nothing is left, and as `loadNamedProfiles` does
 */
export function selectProfiles(wish: ProfileWish, defaults: readonly string[], history: string): SelectedProfiles {
  const isFiltered = wish.grep !== undefined || wish.lastFailed;
  const isDefault = wish.names.length === 0;
  const names = isDefault ? (isFiltered ? ["all"] : defaults) : wish.names.flatMap(splitNames);
  if (names.some((name) => name.trim() === ""))
    throw usageError("a profile without a name", "an empty word, or a comma too many? udpsec list shows the names");
  const named = readNames(names, wish, isDefault);
  if (!isFiltered) return named;
  const isWanted = (name: string, sentence = ""): boolean =>
    (wish.grep?.test(`${name}: ${sentence}`) ?? true) && (!wish.lastFailed || hasFailed(history, name));
  const left = {
    profiles: named.profiles.filter(({ profile }) => isWanted(profile.name, profile.proves)),
    broken: named.broken.filter(({ name }) => isWanted(name)),
  };
  if (left.profiles.length + left.broken.length > 0) return left;
  const asked = `${named.profiles.length} profile${named.profiles.length === 1 ? "" : "s"}`;
  const filters = [
    ...(wish.grep === undefined ? [] : [`matches --grep ${wish.grep.source}`]),
    ...(wish.lastFailed ? ["failed at its last run here"] : []),
  ];
  throw usageError(`none of ${asked} ${filters.join(" and ")}`, "udpsec list shows them, udpsec history what failed");
}

function readNames(names: readonly string[], { world }: ProfileWish, isDefault: boolean): SelectedProfiles {
  const isOfWorld = ({ profile }: LoadedProfile): boolean => profile.worlds.includes(world);
  const all = names.some((name) => name === "all" || GLOB.test(name)) ? loadAllProfiles() : { loaded: [], broken: [] };
  const profiles: LoadedProfile[] = [];
  const broken = new Set<BrokenProfile>();
  for (const name of names) {
    if (name !== "all" && !GLOB.test(name)) {
      // Who names a profile hears that it doesn't run in that world; who names none gets those that do.
      profiles.push(...loadNamedProfiles(name).filter((loaded) => !isDefault || isOfWorld(loaded)));
      continue;
    }
    const matches = name === "all" ? () => true : globOf(name);
    const found = all.loaded.filter((loaded) => matches(loaded.profile.name) && isOfWorld(loaded));
    const unreadable = all.broken.filter((one) => matches(one.name));
    if (found.length + unreadable.length === 0)
      throw usageError(`no profile is called ${name}`, "udpsec list shows what there is");
    profiles.push(...found);
    for (const one of unreadable) broken.add(one);
  }
  return { profiles: withoutDoubles(profiles), broken: [...broken] };
}

function globOf(glob: string): (name: string) => boolean {
  return picomatch(glob.replace(/[[\]()!]/g, String.raw`\$&`), { dot: true });
}

function hasFailed(history: string, profile: string): boolean {
  const last = readHistory(history, profile).at(-1);
  return last !== undefined && last.code !== "passed";
}

/** A profile of the project may be named by its file, too. */
function fileOf({ path, profile }: LoadedProfile): string {
  const { base } = splitVariant(path ?? profile.name);
  return path === undefined ? join(profileFolder(), `${base}.toml`) : resolve(base);
}

/** @throws HarnessError `usage` if two files have one name: their artifacts and histories would mix */
function withoutDoubles(profiles: readonly LoadedProfile[]): LoadedProfile[] {
  const byName = new Map<string, LoadedProfile>();
  for (const loaded of profiles) {
    const { name } = loaded.profile;
    const known = byName.get(name) ?? loaded;
    if (fileOf(known) !== fileOf(loaded))
      throw usageError(`--profile: two profiles are called ${name}`, "run them one after the other");
    byName.set(name, known);
  }
  return [...byName.values()];
}
