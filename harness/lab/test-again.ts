import { shellCommand } from "../host/shell-command.ts";
import { sourceOfText } from "./declare/pattern.ts";

/** @returns what runs one test of vitest's again. Its name is an expression to vitest, and the shell reads it before. */
export function testAgain(file: string, name: string): string {
  return shellCommand(["npx", "vitest", "run", file, "-t", sourceOfText(name)]);
}
