import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readChoice, rememberChoice } from "./accelerator-choice.ts";
import { INIT_UP_LINE, ourRacer } from "../guests/probe-guest.ts";
import { raceAccelerators, type StartProbe } from "./accelerator-race.ts";
import type { MachineExit } from "./machine-exit.ts";

const REQUEST = { qemu: "/qemu", racer: ourRacer({ kernelPath: "/k", initrdPath: "/i" }) };

interface Played {
  readonly start: StartProbe;
  readonly folders: Set<string>;
  readonly stopped: string[];
  readonly killed: string[];
}

/** Machines that print init's first line as soon as they run; KVM's start lasts until TCG has had its turn. */
function played(bootsOn: readonly string[]): Played {
  const folders = new Set<string>();
  const stopped: string[] = [];
  const killed: string[] = [];
  let tcgIsUp = (): void => undefined;
  const tcgUp = new Promise<void>((resolve) => (tcgIsUp = resolve));
  const start: StartProbe = async ({ accelerator }, { artifactsFolder, onSerial }) => {
    folders.add(artifactsFolder);
    if (accelerator === "kvm") await tcgUp;
    setImmediate(() => {
      if (bootsOn.includes(accelerator)) onSerial?.(new TextEncoder().encode(INIT_UP_LINE));
      // By then the race is decided.
      setImmediate(tcgIsUp);
    });
    const exited: Promise<MachineExit> = bootsOn.includes(accelerator)
      ? new Promise(() => undefined)
      : Promise.resolve({ kind: "guest-reset" });
    const stop = (): Promise<MachineExit> => {
      expect(existsSync(artifactsFolder)).toBe(true);
      stopped.push(accelerator);
      return Promise.resolve({ kind: "ended" });
    };
    return { exited, stop, kill: () => void killed.push(accelerator) };
  };
  return { start, folders, stopped, killed };
}

test("a probe that starts after the winner has won is ended too", async () => {
  const { start, folders, stopped } = played(["kvm", "tcg"]);
  expect(await raceAccelerators(REQUEST, start)).toMatchObject({ accelerator: "tcg" });
  expect(stopped.sort()).toEqual(["kvm", "tcg"]);
  expect([...folders].filter((folder) => existsSync(folder))).toEqual([]);
});

test("the winner waits neither for a loser that never starts nor for one that ends slowly", async () => {
  const { start, killed } = played(["tcg"]);
  const hangingKvm: StartProbe = (spec, options) =>
    spec.accelerator === "tcg"
      ? start(spec, options)
      : new Promise((_, reject) => {
          options.signal?.addEventListener("abort", () => reject(new Error("given up")));
        });
  expect(await raceAccelerators(REQUEST, hangingKvm)).toMatchObject({ accelerator: "tcg" });
  expect(killed).toEqual(["tcg"]);
});

test("where none boots, both reasons are told", async () => {
  const { start, stopped } = played([]);
  const error = {
    code: "accelerator-unusable",
    message: expect.stringMatching(/kvm: guest-reset; .*tcg: guest-reset/) as string,
  };
  await expect(raceAccelerators(REQUEST, start)).rejects.toMatchObject(error);
  expect(stopped.sort()).toEqual(["kvm", "tcg"]);
});

test("a result is kept for its key; a cache that can't be written is told, no more", async () => {
  const folder = mkdtempSync(join(tmpdir(), "accelerator-"));
  const said: string[] = [];
  const announce = (line: string): void => void said.push(line);
  const choice = { accelerator: "tcg", reason: "first" } as const;
  const path = join(folder, "accelerator.json");
  await rememberChoice(path, "k", choice, announce);
  expect([await readChoice(path, "k"), await readChoice(path, "other"), said]).toEqual([choice, undefined, []]);
  writeFileSync(join(folder, "file"), "");
  await rememberChoice(join(folder, "file", "accelerator.json"), "k", choice, announce);
  expect(said).toEqual([expect.stringMatching(/can't be kept, the next run races again \(ENOTDIR/)]);
  expect(readdirSync(folder)).toEqual(["accelerator.json", "file"]);
  rmSync(folder, { recursive: true });
});
