/** What a harness profile of a manifest sets in its environment, as keys of the guest's table. */
import { suggestion } from "../../contract/nearest-name.ts";
import type { MachineGuest } from "../guests/guest-kind.ts";
import type { GuestTable } from "../guests/guest-table.ts";
import { guestKind, type GuestRef } from "../guests/registry.ts";
import { guestFromTable } from "../guests/table-guest.ts";
import { checkGuest } from "./check-guest.ts";
import { FW_CFG, SETTABLE, type GuestEnvironment } from "./environment-schema.ts";
import { guestSchema } from "./guest-schema.ts";

/**
 * @param env of a profile of the manifest, called `profile`
 * @returns the guest as that environment makes it, or why there is none
 */
export function guestInEnvironment(
  guest: GuestRef,
  env: ReadonlyMap<string, string>,
  profile: string,
): { readonly guest: GuestRef } | { readonly problem: string } {
  if (env.size === 0) return { guest };
  const kind = guestKind(guest);
  const made = kind.runsOn === "machine" ? kind.madeOf : undefined;
  const rules = made?.table.env ?? {};
  const unmapped = [...env.keys()].filter((key) => !Object.hasOwn(rules, key));
  const [first] = unmapped;
  if (first !== undefined) {
    const near = suggestion(first, Object.keys(rules));
    const where =
      made === undefined ? "guests that are tables have one" : `[guest.${kind.name}.env]: what it is, or false`;
    return { problem: `profile ${profile} sets ${unmapped.join(", ")}, which nothing maps${near} (${where})` };
  }
  if (made === undefined) return { guest };
  let { table } = made;
  for (const [key, value] of env) {
    const changes = changesOf(rules, key, value);
    if (typeof changes === "string") return { problem: `profile ${profile}: ${changes}` };
    for (const [target, text] of changes) {
      const changed = withKey(table, target, text);
      if (typeof changed === "string") return { problem: `profile ${profile}: ${key} = ${value}: ${changed}` };
      table = changed;
    }
  }
  const [issue] = checkGuest(table, []);
  if (issue !== undefined) return { problem: `profile ${profile}: with what it sets, ${issue.message}` };
  return { guest: renamed(table, made.source, profile) };
}

/** Machines of one batch are told apart by their kind's name. */
function renamed(
  table: GuestTable,
  source: NonNullable<MachineGuest["madeOf"]>["source"],
  profile: string,
): MachineGuest {
  return guestFromTable(table, { ...source, name: `${source.name}-${profile}` });
}

/** @returns keys and their values, or why there are none */
function changesOf(rules: GuestEnvironment, key: string, value: string): [string, string][] | string {
  const rule = rules[key];
  if (rule === undefined || rule === false) return [];
  if (typeof rule === "string") return [[rule, value]];
  const changes = Object.hasOwn(rule, value) ? rule[value] : undefined;
  const known = Object.keys(rule);
  return changes === undefined
    ? `nothing says what ${key} = ${value} is${suggestion(value, known)} (there are ${known.join(", ")})`
    : Object.entries(changes);
}

/** @returns the table with a key set, or what is wrong with the value */
function withKey(table: GuestTable, target: string, text: string): GuestTable | string {
  if (target.startsWith(FW_CFG)) return { ...table, fwCfg: { ...table.fwCfg, [target.slice(FW_CFG.length)]: text } };
  const key = SETTABLE.find((one) => one === target);
  if (key === undefined) return `no key ${target}`;
  const isNumber = key === "smp" || key === "memoryMib";
  const wish = text.trim() === "" ? undefined : isNumber ? Number(text) : text;
  const read = guestSchema.shape[key].safeParse(wish);
  return read.success ? { ...table, [key]: read.data } : `${key} can't be ${text}`;
}
