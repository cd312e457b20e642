/** What actions do to links, as faults whose windows the actions open and close. */
import type { Fault, FaultWindow } from "../../contract/impairment/index.ts";
import type { ProfileAction } from "./action-schema.ts";
import type { Profile } from "./schema.ts";
import { addFault, type LinkDraft } from "./written-faults.ts";

export type LinkAction = Extract<ProfileAction, { kind: "partition" | "faults" }>;

/** One link of the switch, as an action changes it. */
export interface ActionLink {
  readonly from: string;
  readonly to: string;
  readonly faults: readonly Fault[];
  /** Index of the action in the profile. */
  readonly action: number;
}

export function isLinkAction(action: ProfileAction): action is LinkAction {
  return action.kind === "partition" || action.kind === "faults";
}

/** @returns what the switch's capture calls the beginning of an action, or its end: windows of faults wait for it */
export function actionTrigger(index: number, moment: "begins" | "ends"): string {
  return `action ${index + 1} ${moment}`;
}

/** @returns the directed links that a profile's actions change, in the order of the actions */
export function actionLinks({ action: actions }: Pick<Profile, "action">): ActionLink[] {
  return actions.flatMap((action, index) => {
    if (!isLinkAction(action)) return [];
    const faults = faultsOf(action, index);
    const isBothWays = action.kind === "partition" || action.bothWays;
    const there = { from: action.from, to: action.to, faults, action: index };
    return isBothWays ? [there, { ...there, from: action.to, to: action.from }] : [there];
  });
}

/** @returns what of an action's faults has no beginning and no end, and so can't be set by one; undefined: nothing */
export function unfitFault(action: LinkAction): string | undefined {
  if (action.kind === "partition") return undefined;
  return action.faults.find(({ kind }) => kind === "delay" || kind === "rate" || kind === "blackhole")?.kind;
}

function faultsOf(action: LinkAction, index: number): Fault[] {
  const during: FaultWindow = {
    trigger: actionTrigger(index, "begins"),
    ...(action.length === undefined ? {} : { untilMs: action.length }),
    untilTrigger: actionTrigger(index, "ends"),
  };
  if (action.kind === "partition") return [{ kind: "blackhole", during }];
  const draft: LinkDraft = { faults: [] };
  for (const fault of action.faults) addFault(draft, fault);
  return draft.faults.map((fault) => ({ ...fault, during }));
}
