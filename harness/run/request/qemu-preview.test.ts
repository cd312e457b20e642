import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { udpsecGuest } from "../../guests/udpsec-guest.ts";
import { machineLaunch } from "../../worlds/live/launch.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { previewCommand, previewSurroundings, withoutControlChannel } from "./qemu-preview.ts";
import { loadScripted, scriptedEquipment } from "../scripted-machine.fixture.ts";

test("a folder that can't be written is refused with what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "preview-"));
  const { profile } = loadScripted();
  const [node] = planTopology(topologyOfProfile(profile), { seed: "s", nonce: "n" }).nodes;
  const equipped = scriptedEquipment().kinds.get(udpsecGuest);
  if (node === undefined || equipped === undefined) expect.fail("the profile has no machine");
  const surroundings = previewSurroundings(profile);
  const planned = machineLaunch(node, { ...equipped, accelerator: "tcg" }, surroundings);
  expect(previewCommand(planned, "/qemu", join(folder, "new"))).toContain("/qemu ");
  writeFileSync(join(folder, "file"), "");
  const wanted = {
    code: "artifacts-unwritable",
    kind: "cannot-run",
    hint: expect.stringContaining("--output-dir") as string,
  };
  expect(() => previewCommand(planned, "/qemu", join(folder, "file", "x"))).toThrow(expect.objectContaining(wanted));
  rmSync(folder, { recursive: true });
});

describe("command to paste", () => {
  it("lacks the control channel and runs at once", () => {
    const command = [
      "qemu",
      "-S",
      "-chardev",
      "socket,id=qmp,path=/q",
      "-mon",
      "chardev=qmp",
      "-chardev",
      "file,id=e",
      "-m",
      "256",
    ];
    expect(withoutControlChannel(command)).toEqual(["qemu", "-chardev", "file,id=e", "-m", "256"]);
  });
});
