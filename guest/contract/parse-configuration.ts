/** Checks what came from outside before anything acts on it. Errors name the key. */
import type {
  BusConfiguration,
  DaemonConfiguration,
  GuestConfiguration,
  PeerConfiguration,
  ProbeConfiguration,
  ProcessConfiguration,
  SelftestConfiguration,
} from "./configuration.ts";
import { PROBE_NAMES } from "./configuration.ts";
import { ConfigurationError, type FieldReader, readObject } from "./field-reader.ts";

export const MAX_PROCESSES = 8;
export const MAX_PEERS = 4_096;
const MAX_PROBES = 32;
const MAX_PROBE_BYTES = 1024 * 1024 * 1024;
const MAX_PROBE_MESSAGES = 1_000_000;
const MAX_LINGER_MS = 3_600_000;

const HEX_32_BYTES = /^[0-9a-f]{64}$/;
const HEX_32_BYTES_WORDS = "must be 64 lowercase hex digits";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_WORDS = "must be 1 to 64 letters, digits, dots, dashes or underscores";
const RUN = /^[ -~]{0,200}$/;
const NUMERIC_HOST = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*(?:%[A-Za-z0-9]+)?)$/;
const NUMERIC_HOST_WORDS = "must be a numeric IPv4 or IPv6 address";

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
      lingerMs: fields.integer("lingerMs", 0, MAX_LINGER_MS),
    };
  });
}

function readProcess(fields: FieldReader): ProcessConfiguration {
  const kind = fields.oneOf("kind", ["dsoftbusd", "selftest"]);
  return kind === "dsoftbusd" ? readDaemon(fields) : readSelftest(fields);
}

function readDaemon(fields: FieldReader): DaemonConfiguration {
  return {
    kind: "dsoftbusd",
    ...readBus(fields),
    listen: fields.object("listen", (listen) => ({
      host: listen.text("host", NUMERIC_HOST, NUMERIC_HOST_WORDS),
      port: listen.integer("port", 0, 65_535),
    })),
  };
}

function readSelftest(fields: FieldReader): SelftestConfiguration {
  const bus = readBus(fields);
  const target = fields.text("target", NAME, NAME_WORDS);
  if (!bus.peers.some((peer) => peer.name === target)) {
    throw new ConfigurationError(fields.pathOf("target"), `names no entry of peers: "${target}"`);
  }
  return { kind: "selftest", ...bus, target, probes: fields.list("probes", MAX_PROBES, readProbe) };
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
  };
}

function readPeer(fields: FieldReader): PeerConfiguration {
  const port = fields.integer("port", 0, 65_535);
  const dial = fields.flag("dial");
  if (dial && port === 0)
    throw new ConfigurationError(fields.pathOf("port"), "must not be 0 for a peer that is dialled");
  return {
    name: fields.text("name", NAME, NAME_WORDS),
    deviceId: fields.text("deviceId", HEX_32_BYTES, HEX_32_BYTES_WORDS),
    staticKey: fields.text("staticKey", HEX_32_BYTES, HEX_32_BYTES_WORDS),
    host: fields.text("host", NUMERIC_HOST, NUMERIC_HOST_WORDS),
    port,
    dial,
  };
}

function readProbe(fields: FieldReader): ProbeConfiguration {
  const name = fields.oneOf("name", PROBE_NAMES);
  const bytes = fields.has("bytes") ? fields.integer("bytes", 1, MAX_PROBE_BYTES) : undefined;
  const messages = fields.has("messages") ? fields.integer("messages", 1, MAX_PROBE_MESSAGES) : undefined;
  return {
    name,
    ...(bytes === undefined ? {} : { bytes }),
    ...(messages === undefined ? {} : { messages }),
  };
}

function refuseTwins(values: readonly string[], path: string, key: string): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) throw new ConfigurationError(`${path}[${index}].${key}`, `is there twice: "${value}"`);
    seen.add(value);
  }
}
