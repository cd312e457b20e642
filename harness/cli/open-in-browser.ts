import { spawn } from "node:child_process";
import { findProgram } from "../host/host-tool.ts";

/** Without a desktop the place is told, and nothing is opened. @param place a file or an address */
export function openInBrowser(place: string, tell: (text: string) => void): void {
  const program = findProgram("xdg-open");
  if (program === undefined) return tell("there is no xdg-open here: open it in a browser");
  spawn(program, [place], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
