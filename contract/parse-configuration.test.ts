import { expect, test } from "vitest";
import { ConfigurationError } from "./field-reader.ts";
import { LIMIT_RANGES } from "./configuration.ts";
import {
  checkGuestConfiguration,
  MAX_ANNOUNCE_TARGETS,
  MAX_PROCESSES,
  parseGuestConfiguration,
} from "./parse-configuration.ts";

const peer = {
  name: "b",
  deviceId: "ab".repeat(32),
  staticKey: "cd".repeat(32),
  host: "10.0.2.16",
  port: 4000,
  dial: false,
};
const bus = {
  namespace: "root",
  identitySeed: "01".repeat(32),
  mode: "udp-sec",
  udpSecEnabled: true,
  entropyPolicy: "hardware",
  peers: [peer],
  allowUnknownPeers: false,
};
const limits = Object.fromEntries(Object.entries(LIMIT_RANGES).map(([name, [lowest]]) => [name, lowest]));
const discovery = {
  bind: { host: "0.0.0.0", port: 37_020 },
  announceTo: [{ host: "255.255.255.255", port: 37_020 }],
  intervalMs: 1_000,
  timeToLiveMs: 5_000,
  trust: "peer-table",
};
const daemon = { kind: "dsoftbusd", ...bus, limits, listen: { host: "0.0.0.0", port: 0 }, discovery };
const selftest = {
  kind: "selftest",
  ...bus,
  target: "b",
  probes: [
    { name: "bulk", bytes: 1024 },
    { name: "soak", seconds: 60 },
  ],
};
const valid = { version: 1, run: "seed 7", node: "a", processes: [daemon, selftest], keyLog: false, lingerMs: 0 };

function keyOfError(value: unknown): string {
  try {
    checkGuestConfiguration(value);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.key;
    throw error;
  }
  return "no error";
}

test("a valid configuration comes back equal", () => {
  expect(parseGuestConfiguration(JSON.stringify(valid))).toEqual(valid);
});

test("what isn't JSON is told so", () => {
  expect(() => parseGuestConfiguration("{")).toThrow(/configuration: is not JSON/);
});

/** Every path of the valid configuration, with the object that holds it made anew. */
function* changes(value: unknown, path: string): Generator<{ path: string; apply: (to: unknown) => unknown }> {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      for (const change of changes(entry, `${path}[${index}]`)) {
        yield { path: change.path, apply: (to) => (value as unknown[]).with(index, change.apply(to)) };
      }
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const key = path === "" ? name : `${path}.${name}`;
    yield { path: key, apply: (to) => ({ ...value, [name]: to }) };
    for (const change of changes(field, key)) {
      yield { path: change.path, apply: (to) => ({ ...value, [name]: change.apply(to) }) };
    }
  }
}

const OPTIONAL = /\.probes\[\d+\]\.(bytes|messages|seconds)$|\.limits(\.\w+)?$|\.discovery$/;

// Requirement: K-9
test.each([...changes(valid, "")])("a wrong or missing $path is named", ({ path, apply }) => {
  for (const wrong of [null, [17], { x: 1 }, -1, 1.5, "\u00e4"]) {
    // A list or object of the wrong content is named with the entry that is wrong.
    expect(keyOfError(apply(wrong)).slice(0, path.length)).toBe(path);
  }
  expect(keyOfError(apply(undefined))).toBe(OPTIONAL.test(path) ? "no error" : path);
});

// Requirement: K-9
test.each([
  ["", valid],
  ["processes[0]", daemon],
  ["processes[0].listen", daemon.listen],
  ["processes[0].limits", limits],
  ["processes[0].discovery", discovery],
  ["processes[0].peers[0]", peer],
])("an unknown key in %s is named", (path, holder) => {
  const misspelt: unknown = JSON.parse(
    JSON.stringify(valid).replace(JSON.stringify(holder), JSON.stringify({ ...holder, prot: 1 })),
  );
  expect(keyOfError(misspelt)).toBe(path === "" ? "prot" : `${path}.prot`);
});

test.each([["127.0.0.010"], ["999.1.1.1"], ["localhost"], ["::1::"]])(
  "the address %s is refused with its key",
  (host) => {
    const listening = { ...daemon, listen: { host, port: 0 } };
    expect(keyOfError({ ...valid, processes: [listening] })).toBe("processes[0].listen.host");
    const dialling = { ...daemon, peers: [{ ...peer, host }] };
    expect(keyOfError({ ...valid, processes: [dialling] })).toBe("processes[0].peers[0].host");
  },
);

test("an address is taken in its canonical form", () => {
  const process = {
    ...daemon,
    listen: { host: "0:0:0:0:0:0:0:1", port: 0 },
    peers: [{ ...peer, host: "::ffff:10.0.0.1" }],
  };
  const { processes } = parseGuestConfiguration(JSON.stringify({ ...valid, processes: [process] }));
  expect(processes[0]).toMatchObject({ listen: { host: "::1" }, peers: [{ host: "10.0.0.1" }] });
});

test("a target that is no peer is named", () => {
  expect(keyOfError({ ...valid, processes: [{ ...selftest, target: "c" }] })).toBe("processes[0].target");
});

test("two peers of one name or device are named", () => {
  const withPeers = (second: object) => ({
    ...valid,
    processes: [{ ...daemon, peers: [peer, { ...peer, ...second }] }],
  });
  expect(keyOfError(withPeers({ deviceId: "00".repeat(32) }))).toBe("processes[0].peers[1].name");
  expect(keyOfError(withPeers({ name: "c" }))).toBe("processes[0].peers[1].deviceId");
});

test("a peer to dial needs a port, or discovery to find it", () => {
  const withPeer = (dial: boolean, rest: object) => ({
    ...valid,
    processes: [{ ...daemon, discovery: undefined, ...rest, peers: [peer, { ...other, port: 0, dial }] }],
  });
  const other = { ...peer, name: "c", deviceId: "00".repeat(32) };
  expect(keyOfError(withPeer(true, {}))).toBe("processes[0].peers[1].port");
  expect(keyOfError(withPeer(false, {}))).toBe("no error");
  expect(keyOfError(withPeer(true, { discovery }))).toBe("no error");
});

test.each(Object.entries(LIMIT_RANGES))(
  "limit %s takes its bounds and nothing past them",
  (name, [lowest, highest]) => {
    const withLimit = (value: number) =>
      keyOfError({ ...valid, processes: [{ ...daemon, limits: { [name]: value } }] });
    expect([lowest, highest].map(withLimit)).toEqual(["no error", "no error"]);
    const key = `processes[0].limits.${name}`;
    expect([lowest - 1, highest + 1].map(withLimit)).toEqual([key, key]);
  },
);

test("discovery keeps devices for longer than they are silent, and tells a bounded number", () => {
  const withDiscovery = (overrides: object) =>
    keyOfError({ ...valid, processes: [{ ...daemon, discovery: { ...discovery, ...overrides } }] });
  expect(withDiscovery({ timeToLiveMs: 1_001 })).toBe("no error");
  expect(withDiscovery({ timeToLiveMs: 1_000 })).toBe("processes[0].discovery.timeToLiveMs");
  const targets = (count: number) => Array<object>(count).fill({ host: "10.0.0.1", port: 37_020 });
  expect(withDiscovery({ announceTo: targets(MAX_ANNOUNCE_TARGETS) })).toBe("no error");
  expect(withDiscovery({ announceTo: targets(MAX_ANNOUNCE_TARGETS + 1) })).toBe("processes[0].discovery.announceTo");
  expect(withDiscovery({ announceTo: [{ host: "10.0.0.1", port: 0 }] })).toBe(
    "processes[0].discovery.announceTo[0].port",
  );
});

test("the number of processes is bounded, and not zero", () => {
  const withProcesses = (count: number) => ({ ...valid, processes: Array.from({ length: count }, () => daemon) });
  expect(keyOfError(withProcesses(0))).toBe("processes");
  expect(keyOfError(withProcesses(MAX_PROCESSES))).toBe("no error");
  expect(keyOfError(withProcesses(MAX_PROCESSES + 1))).toBe("processes");
});

test.each([
  ["lingerMs", 86_400_000],
  ["lingerMs", 0],
  ["qlogBytes", 1024 ** 3],
  ["qlogBytes", 1],
])("%s takes its bound %i and nothing past it", (key, bound) => {
  const past = bound <= 1 ? bound - 1 : bound + 1;
  expect(keyOfError({ ...valid, [key]: bound })).toBe("no error");
  expect(keyOfError({ ...valid, [key]: past })).toBe(key);
});
