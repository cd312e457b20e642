/**
 * What no rebuilding may change: the markers letter by letter, the variables of the environment, the packages, the places that
 * others rely on, and how much the probes move. Written as literals on purpose: a value that is taken from the code under test
 * would follow it wherever it goes.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROBE_DEFAULTS } from "../contract/configuration.ts";
import { DEFAULT_MUX_LIMITS } from "../guest/core/index.ts";
import { parseCommandArguments } from "../harness/cli/command.ts";
import { testCommand } from "../harness/cli/test-command.ts";
import { readTestOptions } from "../harness/cli/test-options.ts";
import { projectRoot } from "../harness/host/project-root.ts";
import { loadProfile } from "../harness/profiles/load.ts";
import { ladderSpec } from "../harness/profiles/profile-ladder.ts";

const KIB = 1024;

const UDP_SEC_MARKERS = [
  "dsoftbus: udp-sec os listener up <port:port>",
  "dsoftbus: udp-sec os session ok",
  "dsoftbusd: transport selected udp-sec",
  "dsoftbus:mux data ok (udp-sec)",
  "SELFTEST: udp-sec control ok",
  "SELFTEST: udp-sec bulk ok",
  "SELFTEST: udp-sec backpressure ok",
];
const TCP_FALLBACK_MARKERS = ["dsoftbus: udp-sec os disabled (fallback tcp)", "SELFTEST: udp-sec fallback ok"];

const source = (path: string): string => readFileSync(join(projectRoot(), path), "utf8");
const sources = ["contract", "guest", "harness", "images", "scripts"].flatMap((folder) =>
  readdirSync(join(projectRoot(), folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path)),
);

describe("markers", () => {
  it("stand in fixtures/markers.toml byte for byte", () => {
    const lines = source("fixtures/markers.toml").split("\n");
    for (const text of [...UDP_SEC_MARKERS, ...TCP_FALLBACK_MARKERS]) expect(lines).toContain(`text = "${text}"`);
  });

  it.each([
    ["udp-sec", UDP_SEC_MARKERS],
    ["tcp-fallback", TCP_FALLBACK_MARKERS],
  ])("of profile %s are its ladder, in this order", (name, expected) => {
    const loaded = loadProfile(name);
    const { profile, manifest } = loaded;
    const [node, ...others] = profile.node;
    expect(others).toEqual([]);
    expect(ladderSpec(loaded, () => true).nodes.map(({ order }) => order)).toEqual(["strict"]);
    expect(node?.rung.map(({ marker }) => manifest.get(marker)?.text)).toEqual(expected);
  });

  it("of both profiles are what runs when nobody names a profile, and beside them the same against a peer of the harness's", () => {
    const { profiles } = readTestOptions(parseCommandArguments(testCommand, []), {});
    expect(profiles.map(({ profile }) => profile.name)).toEqual(["udp-sec", "two-party", "tcp-fallback"]);
  });
});

/**
 * A script that reads the output of the default run as one text, and takes the first line with each marker, must find them in the order of
 * the ladder. Two-party prints some of them too: it must not print a later one before the earlier.
 */
it("two-party can print no marker of the ladders before the one that it follows", () => {
  const loaded = loadProfile("two-party");
  const { profile, manifest } = loaded;
  const ladders = new Map(ladderSpec(loaded, () => true).nodes.map(({ node, order }) => [node, order]));
  const places = profile.node.flatMap(({ name, rung }) =>
    rung.map(({ marker }) => ({ node: name, marker, text: manifest.get(marker)?.text ?? "" })),
  );
  type Place = (typeof places)[number];
  const isOrdered = (first: Place, second: Place): boolean => {
    const node = profile.node.find(({ name }) => name === first.node);
    const rungs =
      node !== undefined && ladders.get(node.name) === "strict" ? node.rung.map(({ marker }) => marker) : [];
    const isStrict = first.node === second.node && rungs.indexOf(first.marker) < rungs.indexOf(second.marker);
    const isSaid = profile.order.some(
      ({ before, after }) =>
        before.node === first.node &&
        before.marker === first.marker &&
        after.node === second.node &&
        after.marker === second.marker,
    );
    return isStrict || isSaid;
  };
  /** Whoever prints the later one: somebody has printed the earlier. */
  const isBefore = (one: string, other: string): boolean => {
    const [firsts, seconds] = [one, other].map((text) => places.filter((place) => place.text === text));
    const isPreceded = (second: Place): boolean => firsts?.some((first) => isOrdered(first, second)) === true;
    return seconds !== undefined && seconds.length > 0 && seconds.every(isPreceded);
  };
  for (const ladder of [UDP_SEC_MARKERS, TCP_FALLBACK_MARKERS]) {
    ladder.slice(1).forEach((text, at) => expect([text, isBefore(ladder[at] ?? "", text)]).toEqual([text, true]));
  }
});

it("RUN_TIMEOUT, RUN_UNTIL_MARKER and LOG_DIR are read", () => {
  const environment = { RUN_TIMEOUT: "190s", RUN_UNTIL_MARKER: "1", LOG_DIR: "/var/log/udpsec" };
  const options = readTestOptions(parseCommandArguments(testCommand, []), environment);
  expect(options).toMatchObject({ timeoutMs: 190_000, untilMarker: true, runsFolder: "/var/log/udpsec" });
});

it.each(["execa", "@noble/ciphers", "@noble/curves", "@xterm/headless", "vitest", "strip-ansi"])(
  "package %s is depended on, and used in the sources",
  (name) => {
    const { dependencies, devDependencies } = JSON.parse(source("package.json")) as Record<string, object>;
    expect({ ...dependencies, ...devDependencies }).toHaveProperty([name]);
    const imports = new RegExp(`^import .* from "${name}["/]`, "m");
    expect(sources.filter((path) => imports.test(source(path)))).not.toEqual([]);
  },
);

it.each(["package.json", "tsconfig.json", "guest", "harness", "images", "scripts/qemu-test.sh", "fixtures"])(
  "%s stands where others look for it",
  (path) => expect(existsSync(join(projectRoot(), path))).toBe(true),
);

describe("what the probes move is not less", () => {
  const constantOf = (path: string, name: string): number => {
    const value = new RegExp(`^(?:export )?const ${name} = ([0-9_ *]+);$`, "m").exec(source(path))?.[1];
    if (value === undefined) throw new RangeError(`${path}: no constant ${name}`);
    return value.split("*").reduce((product, factor) => product * Number(factor.replaceAll("_", "")), 1);
  };

  it.each(["udp-sec", "tcp-fallback", "two-party"])(
    "in profile %s: 100 control messages, 256 KiB of bulk each way",
    (name) => {
      const { workload } = loadProfile(name).profile;
      expect(workload.messages).toBeGreaterThanOrEqual(100);
      expect(workload.bulkBytes).toBeGreaterThanOrEqual(256 * KIB);
    },
  );

  it("by default: 100 control messages, 256 KiB of bulk each way", () => {
    expect(PROBE_DEFAULTS.messages).toBeGreaterThanOrEqual(100);
    expect(PROBE_DEFAULTS.bytes).toBeGreaterThanOrEqual(256 * KIB);
  });

  it("for backpressure: the whole credit of a stream, the writer's buffer, and 128 KiB after the reader goes on", () => {
    expect(DEFAULT_MUX_LIMITS.initialCreditBytes).toBeGreaterThanOrEqual(64 * KIB);
    expect(DEFAULT_MUX_LIMITS.untimedWindowBytes).toBeGreaterThanOrEqual(256 * KIB);
    expect(DEFAULT_MUX_LIMITS.streamSendBufferBytes).toBeGreaterThanOrEqual(64 * KIB);
    expect(constantOf("guest/selftest/probes/backpressure.ts", "MORE_BYTES")).toBeGreaterThanOrEqual(128 * KIB);
  });
});
