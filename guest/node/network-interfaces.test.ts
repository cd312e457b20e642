import { expect, test } from "vitest";
import { listsTheSame, NodeNetworkInterfaces, parseFragmented } from "./network-interfaces.ts";

test("the loopback interface has its address, and a packet leaves for it from there", async () => {
  const interfaces = new NodeNetworkInterfaces();
  const loopback = interfaces.all().find(({ isLoopback }) => isLoopback);
  expect(loopback?.addresses).toContain("127.0.0.1");
  // Linux tells; elsewhere it is undefined.
  expect(loopback?.mtuBytes ?? 65_536).toBeGreaterThanOrEqual(1_228);
  expect(await interfaces.sourceFor("127.0.0.1")).toBe("127.0.0.1");
});

test("where no route leads there is no source", async () => {
  // Needs a zone, and such an interface doesn't exist.
  expect(await new NodeNetworkInterfaces().sourceFor("fe80::1%nosuchif")).toBeUndefined();
});

test("a sysfs of another network namespace is recognised by its interfaces", () => {
  const ours = "Inter-|   Receive\n face |bytes\n    lo: 476158830  430593\n eth0.7:12 3\n";
  expect(listsTheSame(ours, ["bonding_masters", "eth0.7", "lo"])).toBe(true);
  expect(listsTheSame(ours, ["lo"])).toBe(false);
  expect(listsTheSame(ours, ["lo", "eth1"])).toBe(false);
  expect(listsTheSame(ours, ["lo", "eth0.7", "eth1"])).toBe(false);
});

test("datagrams in fragments are counted over both versions of IP", () => {
  const snmp = "Ip: Forwarding DefaultTTL FragOKs FragFails\nIp: 1 64 5 0\nIcmp: InMsgs\nIcmp: 7\n";
  expect(parseFragmented(snmp, "Ip6FragOKs   \t2\nIp6FragFails 9\n")).toBe(7);
  expect(parseFragmented(snmp, "")).toBe(5);
});
