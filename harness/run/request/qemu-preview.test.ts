import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { guestFromTable } from "../../guests/table-guest.ts";
import { udpsecGuest } from "../../guests/udpsec-guest.ts";
import { guestSchema, guestTableOf } from "../../profiles/guest-schema.ts";
import { machineLaunch } from "../../worlds/live/launch.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { previewCommand, previewSurroundings } from "./qemu-preview.ts";
import { loadScripted, scriptedEquipment } from "../scripted-machine.fixture.ts";

test("a folder that can't be written is refused with what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "preview-"));
  const { profile } = loadScripted();
  const [node] = planTopology(topologyOfProfile(profile), { seed: "s", nonce: "n" }).nodes;
  const equipped = scriptedEquipment().kinds.get(udpsecGuest);
  if (node === undefined || equipped === undefined) expect.fail("the profile has no machine");
  const surroundings = previewSurroundings(profile);
  const planned = machineLaunch(node, { ...equipped, accelerator: "tcg" }, surroundings);
  expect(await previewCommand(planned, "/qemu", join(folder, "new"))).toContain("/qemu ");
  writeFileSync(join(folder, "file"), "");
  const wanted = {
    code: "artifacts-unwritable",
    kind: "cannot-run",
    hint: expect.stringContaining("--output-dir") as string,
  };
  await expect(previewCommand(planned, "/qemu", join(folder, "file", "x"))).rejects.toMatchObject(wanted);
  rmSync(folder, { recursive: true });
});

describe("command to paste", () => {
  it("finds the disks and consoles that it names, and a file for each item of fw_cfg", async () => {
    const folder = mkdtempSync(join(tmpdir(), "preview-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of ["k", "code", "vars"]) writeFileSync(join(folder, name), name);
    const table = guestSchema.parse({
      ...{ arch: "riscv64", kernel: "k", firmware: { code: "code", vars: "vars" }, disk: { state: { create: "1M" } } },
      ...{ console: { debug: { port: "virtio" } }, fwCfg: { "opt/a-b": "one", "opt/a/b": "two" } },
    });
    const kind = guestFromTable(guestTableOf(table), { name: "n", folder });
    const image = await kind.prepare({ announce: () => undefined });
    const { profile } = loadScripted();
    const [node] = planTopology(topologyOfProfile(profile), { seed: "s", nonce: "n" }).nodes;
    if (node === undefined) expect.fail("the profile has no machine");
    const planned = machineLaunch({ ...node, kind }, { kind, image, accelerator: "tcg" }, previewSurroundings(profile));
    const command = await previewCommand(planned, "/qemu", join(folder, "new"));
    const at = (suffix: string): string => join(folder, "new", `${node.node.name}-${suffix}`);
    expect(command).toContain(`path=${at("console-debug.log")}`);
    expect(statSync(at("disk-state.img")).size).toBe(1024 * 1024);
    expect(readFileSync(at("firmware-variables.img"), "utf8")).toBe("vars");
    const contents = [...command.matchAll(/name=opt\/a.b,file=([^ ']+)/g)].map(([, file = ""]) =>
      readFileSync(file, "utf8"),
    );
    expect(contents).toEqual(["one", "two"]);
  });
});
