import { expect, it } from "vitest";
import { guestKind } from "../guests/registry.ts";
import { chosenGuests } from "./chosen-guests.ts";

async function namesOf(...written: string[]): Promise<string[]> {
  const { guests } = await chosenGuests(written);
  return [...new Set(guests.map((guest) => guestKind(guest).name))].sort();
}

it("are those of the project's profiles that need no emulator of another processor, if none is named", async () => {
  const own = await namesOf();
  expect(own).toContain("udpsec");
  expect(own).toContain("busybox");
  expect(own.filter((name) => /arm64|uboot|bare|thrice/.test(name))).toEqual([]);
});

it("are those of the profiles that are named, and nothing else", async () => {
  expect(await namesOf("riscv64-bare")).toEqual(["bare"]);
  expect(await namesOf("foreign,riscv64-bare", "riscv64-reset")).toEqual(["bare", "busybox", "thrice"]);
});
