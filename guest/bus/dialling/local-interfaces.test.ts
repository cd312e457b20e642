import { describe, expect, test } from "vitest";
import type { NetworkInterface } from "../../runtime/runtime.ts";
import {
  canDialFrom,
  interfaceOf,
  interfaceTowards,
  isTooSmall,
  listeningHosts,
  REQUIRED_MTU_BYTES,
} from "./local-interfaces.ts";

const LO: NetworkInterface = { name: "lo", mtuBytes: 65_536, isLoopback: true, addresses: ["127.0.0.1", "::1"] };
const ETH0: NetworkInterface = {
  ...{ name: "eth0", mtuBytes: 1_500, isLoopback: false },
  addresses: ["10.0.0.4", "10.0.0.5", "fd00::4", "fe80::4%eth0"],
};
const TUN: NetworkInterface = {
  name: "tun0",
  mtuBytes: 600,
  isLoopback: false,
  addresses: ["10.9.0.1", "169.254.3.4"],
};
const ALL = [LO, ETH0, TUN];

describe("the interface of a datagram", () => {
  test.each([
    ["10.0.0.4", "10.0.0.9", ETH0],
    ["10.9.0.1", "192.0.2.1", TUN],
    ["fe80::4%eth0", "fe80::9%eth0", ETH0],
    // To itself a host talks over lo, whatever the address is.
    ["10.9.0.1", "10.9.0.1", LO],
    ["127.0.0.1", "127.0.0.2", LO],
    ["10.7.7.7", "10.0.0.9", undefined],
    [undefined, "10.0.0.9", undefined],
  ])("from %s to %s", (source, remote, expected) => {
    expect(interfaceTowards(ALL, source, remote)).toBe(expected);
  });

  test("that is listened at is the one with the address", () => {
    expect(["10.9.0.1", "127.0.0.7", "10.7.7.7"].map((host) => interfaceOf(ALL, host))).toEqual([TUN, LO, undefined]);
  });
});

test("what the headers add to 1200 bytes must fit: one byte less is too small, and what isn't told is not", () => {
  expect(REQUIRED_MTU_BYTES).toEqual({ ipv4: 1_228, ipv6: 1_248 });
  const judge = (mtuBytes: number | undefined, family: "ipv4" | "ipv6") => isTooSmall({ ...LO, mtuBytes }, family);
  expect([judge(1_228, "ipv4"), judge(1_227, "ipv4")]).toEqual([false, true]);
  expect([judge(1_248, "ipv6"), judge(1_247, "ipv6")]).toEqual([false, true]);
  expect(judge(undefined, "ipv4")).toBe(false);
});

test("a wildcard stands for the addresses of its families but link-local ones, any other address for itself", () => {
  const ipv4 = ["127.0.0.1", "10.0.0.4", "10.0.0.5", "10.9.0.1"];
  expect(listeningHosts(ALL, "0.0.0.0")).toEqual(ipv4);
  expect([...listeningHosts(ALL, "::")].sort()).toEqual([...ipv4, "::1", "fd00::4"].sort());
  expect(listeningHosts(ALL, "fe80::4%eth0")).toEqual(["fe80::4%eth0"]);
  expect(listeningHosts(undefined, "0.0.0.0")).toEqual(["0.0.0.0"]);
});

test.each([
  ["10.0.0.5", "10.0.0.4", true],
  ["10.0.0.5", "10.9.0.1", false],
  ["127.0.0.1", "10.0.0.4", false],
  ["0.0.0.0", "10.0.0.4", true],
  ["10.0.0.5", undefined, true],
  ["10.0.0.5", "10.7.7.7", true],
])("a socket at %s sends what the platform would send from %s: %s", (local, source, expected) => {
  expect(canDialFrom(ALL, local, source)).toBe(expected);
});
