import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localWorldConfiguration } from "../../agent/local-world.ts";
import { soakKills } from "./kill-soak.ts";
import { overTransport } from "./over-transport.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-soak-"));
const agent = join(folder, "agent.mjs");
beforeAll(async () => {
  const entryPoints = [fileURLToPath(new URL("../../agent/main.ts", import.meta.url))];
  await build({ entryPoints, bundle: true, platform: "node", format: "esm", outfile: agent, logLevel: "silent" });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The full count is the command's: `npm run -s kill-soak -- 10`. */
test.each([
  ["udp-sec", /^(APPLICATION|IDLE|PATH)$/],
  ["tcp", /^TRUNCATED$/],
] as const)(
  "over %s, the survivor of a SIGKILL says why and is back when its peer is",
  async (transport, end) => {
    const world = overTransport(await localWorldConfiguration(), transport);
    const [result, ...more] = await soakKills({ agent, rounds: 1, world, draw: () => 0.2 });
    expect(more).toEqual([]);
    expect(result?.end).toMatch(end);
  },
  120_000,
);

test("a survivor that ends by itself fails", async () => {
  const { processes, ...rest } = overTransport(await localWorldConfiguration(), "tcp");
  const [victim, survivor] = processes;
  if (victim === undefined || survivor?.kind !== "dsoftbusd") throw new Error("no two daemons");
  // An address of documentation (RFC 5737): no host has it.
  const world = { ...rest, processes: [victim, { ...survivor, listen: { host: "192.0.2.1", port: 1 } }] };
  await expect(soakKills({ agent, rounds: 1, world, draw: () => 0 })).rejects.toThrow(/ended by itself/);
}, 60_000);
