import { commandName } from "../host/package-assets.ts";
import { seconds } from "../host/seconds.ts";
import { shellCommand } from "../host/shell-command.ts";
import { failureCode } from "../markers/failure-code.ts";
import type { HeldRun } from "../run/request/run-reporter.ts";
import type { Colors } from "./colors.ts";
import { shortLines } from "./words/short-lines.ts";

/** What somebody has to know of a run that has failed and waits: how to look at it, let it go on, and end it. */
export function formatHeld(profile: string, { failure, folder, machines, limitMs }: HeldRun, colors: Colors): string {
  const attach = (name: string, ...more: string[]): string =>
    `${commandName()} attach ${shellCommand([folder, name, ...more])}`;
  const [first] = machines;
  return [
    `${colors.bad("HELD")}   ${shortLines(`${profile}: ${failureCode(failure)}: ${failure.detail}`)}`,
    ...machines.map(({ name, state }) => `  ${name} is ${state}:  ${attach(name)}`),
    ...(first === undefined
      ? ["  no machine of it has a console to attach to"]
      : [
          `  to resume:    Ctrl-] r there, or ${attach(first.name, "--resume")}`,
          `  to end it:    ^C here, Ctrl-] e there, or ${attach(first.name, "--end")}`,
        ]),
    `  else it ends by itself in ${limitMs >= 3_600_000 ? `${limitMs / 3_600_000} h` : seconds(limitMs)}`,
  ].join("\n");
}
