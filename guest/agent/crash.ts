/**
 * An error that nobody caught ends its process: told as an event with its stack, and in one line on the console. Node's own dump would quote the
 * line of the bundle, which may be the whole program.
 */
import { EventKind } from "../../contract/events.ts";
import type { FileConsole } from "../node/console.ts";

/** What Node gives a process that ends on an error as well. */
const EXIT_CRASHED = 1;
const MAX_MESSAGE_UNITS = 300;
/** With its escapes well below what one event may hold. */
const MAX_STACK_UNITS = 4_000;

export interface CrashNames {
  /** The process's name on the console and in events. */
  readonly source: string;
  /** Undefined: nobody reads events, so that the stack goes to standard error. */
  readonly eventFile: number | undefined;
}

/** From here on, once in a process. */
export function tellCrashes(console: FileConsole, { source, eventFile }: CrashNames): void {
  process.on("uncaughtException", (error: unknown, origin) => {
    const { message, stack } = described(error);
    console.event(EventKind.FATAL, { code: "UNCAUGHT", origin, message, stack });
    console.line(`crashed: ${source}: ${message}`);
    if (eventFile === undefined) process.stderr.write(`${stack}\n`);
    process.exit(EXIT_CRASHED);
  });
}

/** Whatever was thrown, a throw in its own words included. */
function described(error: unknown): { readonly message: string; readonly stack: string } {
  try {
    const [first = ""] = String(error).split("\n");
    const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : String(error);
    return { message: first.slice(0, MAX_MESSAGE_UNITS), stack: stack.slice(0, MAX_STACK_UNITS) };
  } catch {
    return { message: "something that can't be told", stack: "" };
  }
}
