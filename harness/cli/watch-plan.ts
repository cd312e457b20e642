/** What `udpsec test --watch` runs, and which files it looks at: both follow from the profiles that were chosen. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { guestKind } from "../guests/registry.ts";
import { commandName, isClone, packageAssets } from "../host/package-assets.ts";
import { shellCommand } from "../host/shell-command.ts";
import { loadNamedProfiles, type LoadedProfile } from "../profiles/load.ts";
import { splitVariant } from "../profiles/matrix/variants.ts";
import type { ParsedArguments } from "./command.ts";
import { TEST_OPTIONS } from "./test-options.ts";
import type { WatchStage } from "./watch/rounds.ts";

/** What all of the project is made of that a run depends on. */
const OF_THE_PROJECT = [
  "contract",
  "guest",
  "harness",
  "images",
  "fixtures/markers.toml",
  "fixtures/profiles",
  "fixtures/guests",
];
/** They choose the profiles, which is done once, or where they run. */
const CHOOSING = ["watch", "profile", "grep", "last-failed", "world"];
/** Of the others, those that mean something in virtual time. */
const IN_SIM = ["seed", "repeat"];

/** @returns as `--profile` takes it */
export function writtenName({ path, profile }: LoadedProfile): string {
  return path === undefined ? profile.name : resolve(path);
}

/**
 * The stages of a round, for the profiles as they are now: loopback where our own stack is in them, virtual time for those that run there,
 * machines.
 *
 * @param names as `--profile` takes them
 * @throws HarnessError `profile-unknown`, `profile-invalid`
 */
export function watchStages(names: readonly string[], parsed: ParsedArguments): WatchStage[] {
  const loaded = names.flatMap(loadNamedProfiles);
  const runsOurs = loaded.some(({ profile: { node } }) => node.some(({ guest }) => guestKind(guest).runsAgent));
  const inSim = loaded.filter(({ profile: { worlds } }) => worlds.includes("sim"));
  const inMachines =
    parsed.text("world") === "sim" ? [] : loaded.filter(({ profile: { worlds } }) => worlds.includes("qemu"));
  const test = (chosen: readonly LoadedProfile[], options: readonly string[]): string[] => [
    ...["test", ...options],
    ...chosen.map((one) => `--profile=${writtenName(one)}`),
  ];
  return [
    ...(runsOurs ? [stage("dev", ["dev"])] : []),
    ...(inSim.length > 0
      ? [stage("sim", test(inSim, ["--world=sim", ...given(parsed, (name) => IN_SIM.includes(name))]))]
      : []),
    ...(inMachines.length > 0
      ? [
          stage(
            "machines",
            test(
              inMachines,
              given(parsed, (name) => !CHOOSING.includes(name)),
            ),
          ),
        ]
      : []),
  ];
}

function stage(name: string, words: readonly string[]): WatchStage {
  const program = isClone() ? [join(packageAssets(), "scripts/udpsec")] : [process.execPath, process.argv[1] ?? ""];
  return { name, typed: `${commandName()} ${shellCommand(words)}`, command: [...program, ...words] };
}

/** @returns the options of the command line again */
function given(parsed: ParsedArguments, isWanted: (name: string) => boolean): string[] {
  return Object.entries(TEST_OPTIONS)
    .filter(([name]) => isWanted(name))
    .flatMap(([name, { type, multiple }]) => {
      if (type === "boolean") return parsed.flag(name) ? [`--${name}`] : [];
      const values = multiple === true ? parsed.texts(name) : [parsed.text(name) ?? []].flat();
      return values.map((value) => `--${name}=${value}`);
    });
}

/** @returns absolute: in a clone its sources; of profiles from elsewhere the files that they are made of */
export function watchedPlaces(loaded: readonly LoadedProfile[]): string[] {
  const ours = isClone() ? OF_THE_PROJECT.map((place) => join(packageAssets(), place)) : [];
  const theirs = loaded.flatMap((one) => (one.path === undefined ? [] : filesOf(one, one.path)));
  return [...new Set([...ours, ...theirs])];
}

function filesOf({ profile, proofs }: LoadedProfile, written: string): string[] {
  const manifests = [...(proofs?.values() ?? [])].flatMap(({ manifest: { file, phases, markers, profiles } }) =>
    [file, ...[...phases, ...markers, ...profiles.values()].map((one) => one.file)].map((path) => resolve(path)),
  );
  const tables = profile.node.flatMap(({ guest }) => {
    const kind = guestKind(guest);
    return kind.runsOn === "machine" && kind.madeOf !== undefined ? [kind.madeOf] : [];
  });
  return [
    ...[resolve(splitVariant(written).base), ...manifests],
    ...tables.flatMap(({ table, source: { folder } }) => [
      ...tomlFilesIn(folder),
      // What `prepare` makes would end the round that makes it.
      ...(table.prepare === undefined
        ? textsIn(table)
            .map((text) => join(folder, text))
            .filter(isFile)
        : []),
    ]),
  ];
}

/** The file that the table stands in, and those beside it. */
function tomlFilesIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(".toml")).map((name) => join(folder, name));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
