/** Strangers against the tables in which a daemon remembers whom it heard of and who is still in the handshake. */
import type { Attack } from "../attack.ts";
import { AdmissionTable, type Announcement, DeviceTable } from "../../core/index.ts";

const DISCOVERY = "discovery.md#the-table";
const DEVICES = "guest/core/discovery/device-table.ts";
const ADMISSION = "guest/core/tcp-sec/admission.ts";

function announcement(index: number, port = 4_000): Announcement {
  const deviceId = index.toString(16).padStart(64, "0");
  return { deviceId, staticKey: deviceId, port, services: [] };
}

const madeUpDevices: Attack = {
  id: "devices-made-up-by-one-address",
  aim: "announces hundreds of devices, so that those that exist are forgotten",
  rule: DISCOVERY,
  defence: {
    file: DEVICES,
    find: "const isSourceFull = ofSource.length >= this.#limits.devicesPerSource;",
    replace: "const isSourceFull = ofSource.length < 0;",
  },
  run: () => {
    const table = new DeviceTable();
    for (let index = 1; index <= 40; index += 1) table.hear(announcement(index), "10.0.0.9", "10.0.0.9", 0);
    return table.size > 16 ? `${table.size} places held by one address` : undefined;
  },
};

const takenOver: Attack = {
  id: "device-announced-elsewhere",
  aim: "announces a living device at another port, so that its peers dial the attacker",
  rule: DISCOVERY,
  defence: {
    file: DEVICES,
    find: 'if (known !== undefined && !isSame(known.device, announcement, host)) return "contradicted";',
    replace: "",
  },
  run: () => {
    const table = new DeviceTable();
    const { deviceId } = announcement(1);
    table.hear(announcement(1), "10.0.0.1", "10.0.0.1", 0);
    table.hear(announcement(1, 6_666), "10.0.0.1", "10.0.0.1", 1);
    return table.find(deviceId, 2)?.port === 6_666 ? "the device is looked for at the attacker's port" : undefined;
  },
};

const forgottenNever: Attack = {
  id: "device-remembered-for-ever",
  aim: "keeps a device in the table long after it is gone, and its real address out",
  rule: DISCOVERY,
  defence: { file: DEVICES, find: "if (device.expiresAtMs > nowMs) return;", replace: "if (nowMs >= 0) return;" },
  run: () => {
    const table = new DeviceTable();
    table.hear(announcement(1), "10.0.0.1", "10.0.0.1", 0);
    return table.find(announcement(1).deviceId, 10 * 60_000) === undefined ? undefined : "known ten minutes later";
  },
};

const allPlaces: Attack = {
  id: "tcp-places-taken-by-one-address",
  aim: "holds every place for TCP connections that aren't authenticated yet",
  rule: "dsoftbus-transport.md#10-tcp-transport",
  defence: {
    file: ADMISSION,
    find: "if (ofSource !== undefined && ofSource.size >= this.#limits.perSource) return oldest(ofSource);",
    replace: "",
  },
  run: () => {
    const table = new AdmissionTable<number>();
    for (let index = 0; index < 40; index += 1) table.admit(index, "10.0.0.9");
    return table.size > 8 ? `${table.size} places for one address` : undefined;
  },
};

const honestVictim: Attack = {
  id: "tcp-places-of-the-honest",
  aim: "fills the table so that the newest, honest connections are the ones that have to go",
  rule: "dsoftbus-transport.md#34-mac1-retry-cookies",
  defence: {
    file: ADMISSION,
    find: "if (candidates.size > largest.size) largest = candidates;",
    replace: "if (largest.size === 0 || candidates.size < largest.size) largest = candidates;",
  },
  run: () => {
    const table = new AdmissionTable<string>();
    table.admit("honest", "10.0.0.1");
    for (let index = 0; index < 63; index += 1) table.admit(`greedy ${index}`, `10.9.${index >> 3}.1`);
    const victim = table.admit("newcomer", "10.0.0.2");
    return victim === "honest" ? "an address with one connection loses it to those with eight" : undefined;
  },
};

export const tableAttacks: readonly Attack[] = [madeUpDevices, takenOver, forgottenNever, allPlaces, honestVictim];
