/** A guest that isn't ours is raced for KVM by what it prints itself: here our kernel, as somebody else's table would have it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { obtainProbeImage } from "../../images/guest-image.ts";
import { kernelArguments } from "../guests/kernel-arguments.ts";
import { INIT_UP_LINE } from "../guests/probe-guest.ts";
import { guestFromTable } from "../guests/table-guest.ts";
import { guestSchema, guestTableOf } from "../profiles/guest-schema.ts";
import { kvmObstacle } from "../qemu/accelerator.ts";
import { ensureQemu } from "../qemu/find-qemu.ts";
import { raceOurs } from "../run/request/accelerators.ts";
import { equip } from "../run/request/equipment.ts";

const announce = (): void => undefined;
const folder = mkdtempSync(join(tmpdir(), "foreign-race-"));
const image = await obtainProbeImage(announce);
const ours = await raceOurs(await ensureQemu(announce), { wish: "auto", announce });
beforeEach(() => {
  // What is raced here is remembered here.
  vi.stubEnv("UDPSEC_CACHE", folder);
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function equipped(written: object) {
  const table = guestTableOf(
    guestSchema.parse({
      ...{ arch: "x86_64", kernel: image.kernelPath, initrd: image.initrdPath },
      ...{ append: kernelArguments(false, ["udpsec.probe"]), ...written },
    }),
  );
  const guest = guestFromTable(table, { name: "theirs", folder });
  const told: string[] = [];
  const { signal } = new AbortController();
  const note = (line: string): void => void told.push(line);
  const { kinds } = await equip({ guests: [guest], accelerator: "auto", announce: note, signal });
  const { accelerator = undefined, acceleratorReason = "" } = kinds.get(guest) ?? {};
  return { accelerator, reason: acceleratorReason, races: told.filter((line) => line.includes("racing")).length };
}

it.skipIf((await kvmObstacle()) !== undefined)(
  "the accelerator is the one under which its sign came first, and that is remembered",
  async () => {
    const first = await equipped({ bootSign: INIT_UP_LINE });
    expect(first.reason).toMatch(
      /^first to run the boot sign of guest theirs, after \d+\.\d s, in a race of KVM and TCG$/,
    );
    expect(first.races).toBe(1);
    // It is our own kernel, which was raced as ours, too.
    expect(first.accelerator).toBe(ours.accelerator);
    expect(await equipped({ bootSign: INIT_UP_LINE })).toEqual({ ...first, races: 0 });
  },
);

it.skipIf((await kvmObstacle()) !== undefined)(
  "a guest whose sign never comes is emulated, and the reason says so",
  async () => {
    const { accelerator, reason } = await equipped({ bootSign: "something else" });
    expect(accelerator).toBe("tcg");
    expect(reason).toMatch(/^No accelerator got as far as the boot sign of guest theirs: /);
  },
);

it("a guest without a sign is emulated, and nothing is tried", async () => {
  expect(await equipped({})).toMatchObject({ accelerator: "tcg", races: 0 });
});
