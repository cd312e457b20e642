/** What the equipment of a batch is, by its contents: hashed once, before the first run, so that a run says what it really had. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { contentHash } from "../../host/content-cache.ts";
import { harnessVersion } from "../../host/harness-version.ts";
import type { MachineGuest } from "../../guests/guest-kind.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import { qemuVersion } from "../../qemu/find-qemu.ts";
import type { Plan } from "../../topology/plan.ts";
import type { Provenance } from "../result/provenance.ts";
import type { EquipmentOrigin, EquippedGuest, Equipment } from "./run-request.ts";

const HASH_DIGITS = 12;

/** @throws what the operating system says of a file */
export async function originOfEquipment({
  emulators,
  kinds,
  agentPath,
  peerPath,
}: Pick<Equipment, "emulators" | "kinds" | "agentPath" | "peerPath">): Promise<EquipmentOrigin> {
  const machines = new Map<MachineGuest, Pick<Provenance, "agent" | "kernel" | "image" | "qemu">>();
  for (const equipped of kinds.values()) {
    const emulator = emulators.get(equipped.kind.arch);
    machines.set(equipped.kind, await originOfMachine(equipped, emulator));
  }
  return { agent: await hashOf(agentPath), peer: await hashOf(peerPath), machines };
}

async function originOfMachine(
  { kind, image, accelerator }: EquippedGuest,
  emulator: string | undefined,
): Promise<Pick<Provenance, "agent" | "kernel" | "image" | "qemu">> {
  const { agentSha256, ...others } = image.origin;
  const version = emulator === undefined ? "unknown" : await qemuVersion(emulator, kind.arch);
  const kernel = await hashOf(image.kernelPath);
  const initrd = await hashOf(image.initrdPath);
  return {
    ...(agentSha256 === undefined ? {} : { agent: agentSha256.slice(0, HASH_DIGITS) }),
    ...(kernel === undefined ? {} : { kernel }),
    // Drives and what a guest of a table boots are told by their makers.
    image: contentHash([initrd ?? "", JSON.stringify(others)]).slice(0, HASH_DIGITS),
    qemu: `${kind.arch} ${version} ${accelerator}`,
  };
}

/** @returns what one run had: of several kinds of machine each once */
export function provenanceOf(
  { profile, manifest, cutAt }: LoadedProfile,
  { nodes }: Plan,
  origin: EquipmentOrigin | undefined,
): Provenance {
  const kinds = nodes.map(({ kind }) => kind);
  const machines = kinds.flatMap((kind) => (kind.runsOn === "machine" ? (origin?.machines.get(kind) ?? []) : []));
  const hosts = kinds.filter(({ runsOn }) => runsOn === "host");
  const all = (of: keyof (typeof machines)[number]): (string | undefined)[] => machines.map((machine) => machine[of]);
  return {
    harness: harnessVersion(),
    profile: contentHash([JSON.stringify([profile, manifest.markers, cutAt ?? ""])]).slice(0, HASH_DIGITS),
    ...named("agent", [...all("agent"), ...(hosts.length > 0 ? [origin?.agent] : [])]),
    ...named("peer", hosts.some(({ tellsLies }) => tellsLies === true) ? [origin?.peer] : []),
    ...named("kernel", all("kernel")),
    ...named("image", all("image")),
    ...named("qemu", all("qemu")),
  };
}

function named(name: keyof Provenance, values: readonly (string | undefined)[]): Readonly<Record<string, string>> {
  const there = [...new Set(values.flatMap((value) => value ?? []))].sort();
  return there.length === 0 ? {} : { [name]: there.join(", ") };
}

async function hashOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || !existsSync(path)) return undefined;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex").slice(0, HASH_DIGITS);
}
