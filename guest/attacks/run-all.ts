/** Entry of the attackers' process: runs every attack against the stack that it was bundled with, and prints what each won. */
import { ATTACKS } from "./index.ts";

const spoils: Record<string, string | null> = {};
for (const { id, run } of ATTACKS) {
  try {
    spoils[id] = run() ?? null;
  } catch (error) {
    // An exception out of the stack is a prize as well: it would have ended the daemon.
    spoils[id] = `an exception: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}
process.stdout.write(`${JSON.stringify(spoils)}\n`);
