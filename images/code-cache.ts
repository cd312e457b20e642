import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { ContentCache } from "../harness/host/content-cache.ts";
import { SetupError } from "../harness/host/setup-error.ts";
import { nodeIdentity } from "./node-disk.ts";

const RECIPE_VERSION = 1;
const TIMEOUT_MS = 60_000;
const FILE = "agent.cjs.cache";

/**
 * What V8 makes of the agent's text, made once on the host: a guest whose Node is this one reads it instead of compiling. V8 compares
 * version, flags and the text's length alone: the key holds the text, and what is compiled is what the guest gets.
 *
 * @param agent the bundle @param start `images/init/start.cjs`, which writes and reads it
 * @throws SetupError `image-failed`
 */
export async function obtainCodeCache(cache: ContentCache, agent: Uint8Array, start: Uint8Array): Promise<Uint8Array> {
  const texts = [agent, start].map((text) => createHash("sha256").update(text).digest("hex"));
  const folder = await cache.obtain({
    kind: "code-cache",
    key: [RECIPE_VERSION, nodeIdentity(), ...texts],
    describe: "code cache: compiling the agent",
    make: (into) => writeCodeCache(into, agent, start),
  });
  return readFile(join(folder, FILE));
}

async function writeCodeCache(into: string, agent: Uint8Array, start: Uint8Array): Promise<void> {
  const program = join(into, "start.cjs");
  const text = join(into, "agent.cjs");
  await writeFile(program, start);
  await writeFile(text, agent);
  try {
    // Without the flags that a user's environment may give: the guest has none.
    await execa(process.execPath, [program, "--write-code-cache", join(into, FILE)], {
      env: {},
      extendEnv: false,
      timeout: TIMEOUT_MS,
    });
  } catch (error) {
    const message = `The agent can't be compiled: ${error instanceof Error ? error.message : String(error)}`;
    throw new SetupError("image-failed", message, "Run `udpsec doctor`; the bundle is build/agent.cjs.", {
      cause: error,
    });
  }
  await rm(program);
  await rm(text);
}
