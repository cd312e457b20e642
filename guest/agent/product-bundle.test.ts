/** What goes into the bundle of the product daemon: nothing that only tests use. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { localWorldConfiguration } from "./local-world.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-product-"));
const bundle = join(folder, "product.mjs");
let inputs: readonly string[] = [];

beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: projectRoot(),
    entryPoints: ["guest/agent/product-main.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    logLevel: "silent",
    metafile: true,
  });
  inputs = Object.keys(metafile.inputs);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const ROOMS = [
  /^contract$/,
  /^guest\/(agent|runtime)$/,
  /^guest\/core(\/|$)/,
  /^guest\/bus(\/|$)/,
  /^guest\/dsoftbusd$/,
  /^guest\/node(\/crypto)?$/,
  /node_modules\/@noble\/(ciphers|curves|hashes)(\/|$)/,
  /^guest\/services(\/(control|messages|serving|status))?$/,
];

test("only rooms of the product are in it", () => {
  const strangers = inputs.filter((path) => !ROOMS.some((room) => room.test(dirname(path))));
  expect(strangers).toEqual([]);
  expect(inputs).toContain("guest/dsoftbusd/daemon.ts");
  expect(inputs).not.toContain("guest/services/every-service.ts");
  expect(inputs).not.toContain("guest/agent/local-world.ts");
});

test("a configuration that asks for a test service or a self-test is refused, with the key", async () => {
  const world = await localWorldConfiguration();
  const [daemon, , selftest] = world.processes;
  const refusalOf = (process: unknown): string => {
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify({ ...world, processes: [process] }), { mode: 0o600 });
    const { status, stdout } = spawnSync(globalThis.process.execPath, [bundle, "--config", path], { encoding: "utf8" });
    return `${status} ${stdout}`;
  };
  expect(refusalOf({ ...daemon, services: ["control", "bulk"] })).toBe(
    "2 agent: processes[0].services[1]: is not part of this program, which carries control, status\n",
  );
  expect(refusalOf(selftest)).toBe("2 agent: processes[0].kind: this program runs no self-tests\n");
});
