import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { OpenSocket } from "../../guests/init-report.ts";
import { FIRST_UID } from "../../guests/process-plan.ts";
import { projectRoot } from "../../host/project-root.ts";
import { loadProfile } from "../../profiles/load.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import type { TopologyProcess } from "../../topology/topology.ts";
import { socketProblem } from "./socket-samples.ts";

const [node] = topologyOfProfile(loadProfile("rng-gate").profile).nodes;
const [DAEMON, SELFTEST] = [FIRST_UID, FIRST_UID + 1];
const socket = (protocol: OpenSocket["protocol"], uid: number, port: number): OpenSocket => {
  return { namespace: "root", protocol, uid, port };
};

function problem(printed: readonly string[], ...sockets: readonly OpenSocket[]): string | undefined {
  const samples = [
    { what: "ready" as const, who: "0", sockets: [] },
    { what: "ended" as const, who: "selftest", sockets },
  ];
  return socketProblem(samples, { processes: processes() }, new Set(printed));
}

function processes() {
  return node?.processes ?? [];
}

test("the users are those that init makes", () => {
  expect(readFileSync(join(projectRoot(), "images/init/init.sh"), "utf8")).toContain(`first_uid=${FIRST_UID}\n`);
});

test("behind a shut gate a daemon has no port open, and a self-test may have one", () => {
  expect(problem(["rng-blocked"])).toBeUndefined();
  expect(problem(["rng-blocked"], socket("udp", SELFTEST, 40_000))).toBeUndefined();
  expect(problem(["rng-blocked"], socket("udp", DAEMON, 40_000))).toBe(
    "behind the shut gate a daemon has UDP port 40000 open",
  );
  expect(problem(["rng-blocked"], socket("tcp", DAEMON, 37_024))).toMatch(/TCP port 37024 open$/);
  // Once it is open it listens.
  expect(problem(["rng-blocked", "listener-up"], socket("udp", DAEMON, 37_024))).toBeUndefined();
});

test("a daemon whose gate takes the kernel's word listens beside one behind a shut gate", () => {
  const [gated] = processes();
  if (gated === undefined) expect.fail("the profile has no daemon");
  const trusting: TopologyProcess = { ...gated, entropyPolicy: "kernel", mode: "tcp" };
  const found = (uid: number) => [{ what: "ready" as const, who: "1", sockets: [socket("tcp", uid, 37_024)] }];
  const saw = [DAEMON, DAEMON + 1].map((uid) =>
    socketProblem(found(uid), { processes: [gated, trusting] }, new Set(["rng-blocked"])),
  );
  expect(saw).toEqual(["behind the shut gate a daemon has TCP port 37024 open", undefined]);
});

test("what root listens on it was told to", () => {
  expect(problem(["rng-blocked"], socket("tcp", 0, 8_080))).toBeUndefined();
});

test("nobody listens on TCP but a daemon, on the port of sessions", () => {
  expect(problem([], socket("tcp", DAEMON, 37_024))).toBeUndefined();
  expect(problem([], socket("tcp", DAEMON, 37_025))).toBe(
    `user ${DAEMON} listens on TCP port 37025, which nobody planned`,
  );
  expect(problem([], socket("tcp", SELFTEST, 37_024))).toMatch(/^user 1001 listens/);
});

test("who says that it listens was seen to, where anybody looked", () => {
  expect(problem(["listener-up"], socket("udp", DAEMON, 37_024))).toBeUndefined();
  expect(problem(["listener-up"], socket("udp", DAEMON, 37_025))).toBe(
    "it says that it listens on UDP port 37024, and root found no such socket",
  );
  expect(socketProblem([], { processes: node?.processes ?? [] }, new Set(["listener-up"]))).toBeUndefined();
});
