/** A node says what it is by a name: a kind of ours, a table of its profile, or a file with such a table. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { suggestion } from "../../contract/nearest-name.ts";
import { DEFAULT_GUEST_KIND, GUEST_KIND_NAMES, isGuestKindName, type GuestRef } from "../guests/registry.ts";
import { guestFromTable } from "../guests/table-guest.ts";
import { checkGuest } from "./check-guest.ts";
import { guestName, guestSchema, guestTableOf } from "./guest-schema.ts";
import type { ProfileIssue } from "./profile-issue.ts";
import type { Profile, ProfileAsWritten } from "./schema.ts";
import { readNamedText } from "./toml/named-file.ts";
import { readToml, tomlError, type TomlFile } from "./toml/toml-file.ts";

const namedSchema = z.strictObject({ guest: z.record(guestName, guestSchema) });
const HINT = "udpsec schema guest lists every key";

/** @param folder of the profile: paths begin there @returns the profile with its guests found, and what is wrong with them */
export function withGuests(
  { guest: tables, ...written }: ProfileAsWritten,
  folder: string,
): { readonly profile: Profile; readonly issues: readonly ProfileIssue[] } {
  const issues: ProfileIssue[] = [];
  const guests = new Map<string, GuestRef>();
  for (const [name, table] of Object.entries(tables)) {
    const path = ["guest", name];
    if (isGuestKindName(name))
      issues.push({ path, message: `guest ${name} is there already: give yours another name` });
    issues.push(...checkGuest(guestTableOf(table), path));
    guests.set(name, guestFromTable(guestTableOf(table), { name, folder }));
  }
  const find = (name: string): FoundGuest => {
    const known = isGuestKindName(name) ? name : guests.get(name);
    if (known !== undefined) return { guest: known };
    const file = fileOf(name, folder);
    const found =
      file === undefined
        ? { problem: unknownGuest(name, [...GUEST_KIND_NAMES, ...guests.keys()]) }
        : readGuest(file, name);
    if (found.guest !== undefined) guests.set(name, found.guest);
    return found;
  };
  const node = written.node.map((one, index) => {
    const { guest, problem } = find(one.guest);
    if (guest !== undefined) return { ...one, guest };
    issues.push({ path: ["node", index, "guest"], message: problem });
    return { ...one, guest: DEFAULT_GUEST_KIND };
  });
  return { profile: { ...written, node }, issues };
}

/** A guest, or why there is none. */
type FoundGuest =
  { readonly guest: GuestRef; readonly problem?: undefined } | { readonly guest?: undefined; readonly problem: string };

/** @returns the file that a name means, if it means one */
function fileOf(name: string, folder: string): string | undefined {
  if (isAbsolute(name)) return name;
  if (name.includes("/") || name.endsWith(".toml")) return join(folder, name);
  const beside = join(folder, `${name}.toml`);
  return existsSync(beside) ? beside : undefined;
}

function unknownGuest(name: string, known: readonly string[]): string {
  return `no guest ${name}${suggestion(name, known)} (there are ${known.join(", ")}, and files: ./NAME.toml)`;
}

/** @throws HarnessError `profile-invalid` with the lines of the file */
function readGuest(path: string, written: string): FoundGuest {
  const file = readNamedText(path);
  if ("problem" in file)
    return { problem: `${file.problem}${file.near === undefined ? "" : `; did you mean ${basename(file.near)}?`}` };
  const source = { name: path, text: file.text, code: "profile-invalid", hint: HINT };
  const { name, read, within } = tableIn(source);
  const table = guestTableOf(read);
  const issues = checkGuest(table, within);
  if (issues.length > 0) throw tomlError(source, issues);
  return isGuestKindName(name)
    ? { problem: `${written}: guest ${name} is there already: give yours another name` }
    : { guest: guestFromTable(table, { name, folder: dirname(path) }) };
}

/** Such a file holds the table alone, or one `[guest.NAME]`. @throws HarnessError `profile-invalid` */
function tableIn(file: TomlFile): {
  readonly name: string;
  readonly read: z.output<typeof guestSchema>;
  readonly within: readonly PropertyKey[];
} {
  if (!/^\s*\[guest\./m.test(file.text))
    return { name: basename(file.name, ".toml"), read: readToml(file, guestSchema, "the guest"), within: [] };
  const [[name, read] = [undefined, undefined], ...others] = Object.entries(
    readToml(file, namedSchema, "the file").guest,
  );
  if (name === undefined || read === undefined || others.length > 0)
    throw tomlError(file, [{ path: ["guest"], message: "a guest's file holds one guest" }]);
  return { name, read, within: ["guest", name] };
}
