import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError } from "./setup-error.ts";

/** The process id in a name tells people whose folder it is; nothing else relies on it. */
const FOLDER = /^udpsec-\d+-/;
/** Leaves room for the file names in what a socket path may hold. */
const MAX_PARENT_BYTES = 60;
/** A folder's owner listens on this socket for as long as it runs; the kernel closes it however the owner ends. */
const OWNER_SOCKET = "owner";
/** Between making a folder and listening in it an owner is not seen. */
const YOUNG_MS = 60_000;

const owned = new Map<string, Server>();
process.on("exit", () => {
  for (const folder of owned.keys()) rmSync(folder, { recursive: true, force: true });
});

/**
 * A new folder for unix sockets, with a short path (never the artifact folder, whose path may be too long for a socket). Folders
 * of runs that were killed are removed on the way. Whether an owner still runs is asked over a socket: process ids mean nothing
 * between containers that share the folder for temporary files.
 *
 * @throws SetupError `temp-unusable`
 */
export async function makeSocketFolder(): Promise<string> {
  const parent = Buffer.byteLength(tmpdir()) <= MAX_PARENT_BYTES ? tmpdir() : "/tmp";
  try {
    await removeLeftovers(parent);
    const folder = mkdtempSync(join(parent, `udpsec-${process.pid}-`));
    const server = createServer((socket) => socket.destroy());
    server.listen(join(folder, OWNER_SOCKET));
    await once(server, "listening");
    server.unref();
    owned.set(folder, server);
    return folder;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "Set TMPDIR to a folder that exists and can be written, with space left.";
    throw new SetupError("temp-unusable", `No folder for sockets can be made in ${parent}: ${why}`, hint, { cause });
  }
}

/** Removes a folder that `makeSocketFolder` made, with what is in it. */
export function removeSocketFolder(folder: string): void {
  owned.get(folder)?.close();
  owned.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!FOLDER.test(name)) continue;
    const path = join(parent, name);
    if (await isOwned(path)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It belongs to another user, whose next run removes it.
    }
  }
}

/** @returns whether whoever made the folder still runs, or may */
async function isOwned(folder: string): Promise<boolean> {
  const socket = connect(join(folder, OWNER_SOCKET));
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ECONNREFUSED") return false;
    // Without a socket: just made, or made by something else that ended long ago. Any other error tells nothing.
    return code !== "ENOENT" || isYoung(folder);
  } finally {
    socket.destroy();
  }
}

function isYoung(folder: string): boolean {
  const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  return madeMs !== undefined && Date.now() - madeMs < YOUNG_MS;
}
