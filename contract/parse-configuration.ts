/** Checks what came from outside before anything acts on it. Errors name the key. */
import type {
  BusConfiguration,
  DaemonConfiguration,
  DiscoveryConfiguration,
  GuestConfiguration,
  LimitsConfiguration,
  PeerConfiguration,
  ProbeConfiguration,
  ProcessConfiguration,
  SelftestConfiguration,
} from "./configuration.ts";
import { LIMIT_RANGES, PROBE_NAMES } from "./configuration.ts";
import { SERVICE_NAMES } from "./service-names.ts";
import { ConfigurationError, type FieldReader, readObject } from "./field-reader.ts";

export const MAX_PROCESSES = 8;
export const MAX_PEERS = 4_096;
const MAX_PROBES = 32;
const MAX_PROBE_BYTES = 1024 * 1024 * 1024;
const MAX_PROBE_MESSAGES = 1_000_000;
const MAX_QLOG_BYTES = 1024 * 1024 * 1024;
const MAX_PROBE_SECONDS = 86_400;
const MAX_LINGER_MS = 86_400_000;
export const MAX_ANNOUNCE_TARGETS = 16;

const HEX_32_BYTES = /^[0-9a-f]{64}$/;
const HEX_32_BYTES_WORDS = "must be 64 lowercase hex digits";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_WORDS = "must be 1 to 64 letters, digits, dots, dashes or underscores";
const RUN = /^[ -~]{0,200}$/;

/** @param text JSON @throws ConfigurationError */
export function parseGuestConfiguration(text: string): GuestConfiguration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError("", `is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  return checkGuestConfiguration(value);
}

/** @throws ConfigurationError */
export function checkGuestConfiguration(value: unknown): GuestConfiguration {
  return readObject(value, "", (fields) => {
    fields.integer("version", 1, 1);
    const processes = fields.list("processes", MAX_PROCESSES, readProcess);
    if (processes.length === 0) throw new ConfigurationError("processes", "must have at least one entry");
    return {
      version: 1,
      run: fields.text("run", RUN, "must be at most 200 printable ASCII characters"),
      node: fields.text("node", NAME, NAME_WORDS),
      processes,
      keyLog: fields.flag("keyLog"),
      ...(fields.has("qlogBytes") ? { qlogBytes: fields.integer("qlogBytes", 1, MAX_QLOG_BYTES) } : {}),
      lingerMs: fields.integer("lingerMs", 0, MAX_LINGER_MS),
    };
  });
}

function readProcess(fields: FieldReader): ProcessConfiguration {
  const kind = fields.oneOf("kind", ["dsoftbusd", "selftest"]);
  return kind === "dsoftbusd" ? readDaemon(fields) : readSelftest(fields);
}

function readDaemon(fields: FieldReader): DaemonConfiguration {
  const bus = readBus(fields);
  const discovery = fields.has("discovery") ? fields.object("discovery", readDiscovery) : undefined;
  const names = bus.peers.map((peer) => peer.name);
  const homeless = bus.peers.findIndex((peer) => peer.dial && peer.port === 0);
  if (homeless >= 0 && discovery === undefined) {
    const key = `${fields.pathOf("peers")}[${homeless}].port`;
    throw new ConfigurationError(key, "must not be 0 for a peer that is dialled, unless discovery tells where it is");
  }
  return {
    kind: "dsoftbusd",
    ...bus,
    listen: fields.object("listen", (listen) => readAddress(listen, 0)),
    ...(fields.has("services") ? { services: fields.someOf("services", SERVICE_NAMES) } : {}),
    ...(fields.has("endsAfter") ? { endsAfter: fields.someOf("endsAfter", names) } : {}),
    ...(discovery === undefined ? {} : { discovery }),
  };
}

function readDiscovery(fields: FieldReader): DiscoveryConfiguration {
  const intervalMs = fields.integer("intervalMs", 100, 3_600_000);
  const timeToLiveMs = fields.integer("timeToLiveMs", 100, 86_400_000);
  if (timeToLiveMs <= intervalMs) {
    throw new ConfigurationError(
      fields.pathOf("timeToLiveMs"),
      `must be more than intervalMs (${intervalMs}), not ${timeToLiveMs}: devices would come and go`,
    );
  }
  return {
    bind: fields.object("bind", (bind) => readAddress(bind, 0)),
    announceTo: fields.list("announceTo", MAX_ANNOUNCE_TARGETS, (target) => readAddress(target, 1)),
    intervalMs,
    timeToLiveMs,
    trust: fields.oneOf("trust", ["peer-table", "trust-on-first-use"]),
  };
}

function readAddress(fields: FieldReader, lowestPort: number): { readonly host: string; readonly port: number } {
  return {
    host: fields.address("host"),
    port: fields.integer("port", lowestPort, 65_535),
  };
}

function readLimits(fields: FieldReader): LimitsConfiguration {
  const names = Object.keys(LIMIT_RANGES) as (keyof LimitsConfiguration)[];
  const given = names.filter((name) => fields.has(name));
  return Object.fromEntries(given.map((name) => [name, fields.integer(name, ...LIMIT_RANGES[name])]));
}

function readSelftest(fields: FieldReader): SelftestConfiguration {
  const bus = readBus(fields);
  const target = fields.text("target", NAME, NAME_WORDS);
  if (!bus.peers.some((peer) => peer.name === target)) {
    throw new ConfigurationError(fields.pathOf("target"), `names no entry of peers: "${target}"`);
  }
  return {
    kind: "selftest",
    ...bus,
    target,
    ...(fields.has("contentSeed") ? { contentSeed: fields.integer("contentSeed", 0, 0xffff_ffff) } : {}),
    ...(fields.has("strangerSeed")
      ? { strangerSeed: fields.text("strangerSeed", HEX_32_BYTES, HEX_32_BYTES_WORDS) }
      : {}),
    probes: fields.list("probes", MAX_PROBES, readProbe),
  };
}

function readBus(fields: FieldReader): BusConfiguration {
  const peers = fields.list("peers", MAX_PEERS, readPeer);
  refuseTwins(
    peers.map((peer) => peer.name),
    fields.pathOf("peers"),
    "name",
  );
  refuseTwins(
    peers.map((peer) => peer.deviceId),
    fields.pathOf("peers"),
    "deviceId",
  );
  return {
    namespace: fields.oneOf("namespace", ["root", "second"]),
    identitySeed: fields.text("identitySeed", HEX_32_BYTES, HEX_32_BYTES_WORDS),
    mode: fields.oneOf("mode", ["auto", "udp-sec", "tcp"]),
    udpSecEnabled: fields.flag("udpSecEnabled"),
    entropyPolicy: fields.oneOf("entropyPolicy", ["hardware", "kernel"]),
    peers,
    allowUnknownPeers: fields.flag("allowUnknownPeers"),
    ...(fields.has("limits") ? { limits: fields.object("limits", readLimits) } : {}),
  };
}

function readPeer(fields: FieldReader): PeerConfiguration {
  return {
    name: fields.text("name", NAME, NAME_WORDS),
    deviceId: fields.text("deviceId", HEX_32_BYTES, HEX_32_BYTES_WORDS),
    staticKey: fields.text("staticKey", HEX_32_BYTES, HEX_32_BYTES_WORDS),
    ...readAddress(fields, 0),
    dial: fields.flag("dial"),
  };
}

function readProbe(fields: FieldReader): ProbeConfiguration {
  const name = fields.oneOf("name", PROBE_NAMES);
  const bytes = fields.has("bytes") ? fields.integer("bytes", 1, MAX_PROBE_BYTES) : undefined;
  const messages = fields.has("messages") ? fields.integer("messages", 1, MAX_PROBE_MESSAGES) : undefined;
  const seconds = fields.has("seconds") ? fields.integer("seconds", 1, MAX_PROBE_SECONDS) : undefined;
  return {
    name,
    ...(bytes === undefined ? {} : { bytes }),
    ...(messages === undefined ? {} : { messages }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

function refuseTwins(values: readonly string[], path: string, key: string): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) throw new ConfigurationError(`${path}[${index}].${key}`, `is there twice: "${value}"`);
    seen.add(value);
  }
}
