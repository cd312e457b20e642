import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeHostSlots } from "./host-slots.ts";
import { within } from "./supervised-child.ts";

const folder = mkdtempSync(join(tmpdir(), "slots-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();
const told: string[] = [];
const announce = (line: string): void => void told.push(line);
const take = (name: string, wanted: number, total = 2) =>
  takeHostSlots(join(folder, name), { wanted, total, announce, signal });

describe("places of the host", () => {
  it("are given as long as there are any; who comes later waits for one", async () => {
    const [first, second] = [await take("a", 1), await take("a", 1)];
    expect(told).toEqual([]);
    const third = take("a", 1);
    expect(await within(third, 600)).toBe(false);
    expect(told).toEqual(["waits for 1 of the host's 2 places for machines: others run, or wait before it"]);
    await first();
    await (
      await third
    )();
    await second();
  });

  it("are all that there are for who wants more, and none for who wants none", async () => {
    const all = await take("b", 5);
    await (
      await take("b", 0)
    )();
    expect(
      await within(
        take("b", 1).then((leave) => leave()),
        600,
      ),
    ).toBe(false);
    await all();
  });

  it("are none where nothing can be written", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(take("file/slots", 1)).rejects.toMatchObject({
      code: "cache-unusable",
      message: expect.stringMatching(/ENOTDIR/) as unknown,
    });
  });

  it("don't stay taken when their holder is killed, nor when nobody waits any longer", async () => {
    const path = join(folder, "c", "slot-1");
    await (
      await take("c", 1, 1)
    )();
    const holder = spawn("flock", [path, "sh", "-c", "echo held; exec cat"], { detached: true });
    await once(holder.stdout, "data");
    const given = new AbortController();
    const waiting = takeHostSlots(join(folder, "c"), { wanted: 1, total: 1, announce, signal: given.signal });
    expect(
      await within(
        waiting.catch(() => undefined),
        600,
      ),
    ).toBe(false);
    given.abort();
    await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
    process.kill(-Number(holder.pid), "SIGKILL");
    await (
      await take("c", 1, 1)
    )();
  });
});
