import { suggestion } from "../../contract/nearest-name.ts";
import { MAIN_CONSOLE, type GuestTable } from "../guests/guest-table.ts";
import { guestKind } from "../guests/registry.ts";
import { FIRST_BOOT } from "../markers/ladder-spec.ts";
import type { Report } from "./profile-issue.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** Boots and consoles that rungs name, and resets without a boot behind them. */
export function checkBoots(profile: Profile, report: Report): void {
  profile.node.forEach((node, index) => {
    const { canBeReset, name } = guestKind(node.guest);
    node.rung.forEach(({ boot = FIRST_BOOT, console }, at) => {
      const complain = (key: string, message: string): void => report(["node", index, "rung", at, key], message);
      if (boot > FIRST_BOOT && !canBeReset) complain("boot", `the ${name} guest boots once`);
      if (console !== undefined) checkConsole(node, console, (message) => complain("console", message));
    });
  });
  const resets = new Map<string, number>();
  profile.action.forEach((action, index) => {
    const node = profile.node.find(({ name }) => "node" in action && name === action.node);
    if (action.kind !== "reset" || node === undefined) return;
    const boot = (resets.get(node.name) ?? FIRST_BOOT) + 1;
    resets.set(node.name, boot);
    if (node.rung.some((rung) => rung.boot === boot)) return;
    report(
      ["action", index, "node"],
      `nothing shows that ${node.name} boots again: give it a rung with boot = ${boot}`,
    );
  });
}

function checkConsole({ guest }: ProfileNode, console: string, complain: (message: string) => void): void {
  const kind = guestKind(guest);
  const table: Pick<GuestTable, "console"> = (kind.runsOn === "machine" ? kind.madeOf?.table : undefined) ?? {
    console: {},
  };
  const known = Object.keys(table.console).filter((name) => name !== MAIN_CONSOLE);
  if (console === MAIN_CONSOLE) complain("a rung without console is one of the main console");
  else if (!known.includes(console))
    complain(`the ${kind.name} guest has no console ${console}${suggestion(console, known)}`);
}
