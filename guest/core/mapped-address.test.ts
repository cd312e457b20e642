import { describe, expect, it } from "vitest";
import { toHex } from "./bytes/hex.ts";
import { AddressError, mapAddress, sourceOf } from "./mapped-address.ts";

describe("mapped addresses", () => {
  it.each([
    ["192.0.2.1", "00000000000000000000ffffc0000201"],
    ["0.0.0.0", "00000000000000000000ffff00000000"],
    ["255.255.255.255", "00000000000000000000ffffffffffff"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["1::", "00010000000000000000000000000000"],
    ["2001:db8::8:800:200c:417a", "20010db80000000000080800200c417a"],
    ["2001:DB8:0:0:8:800:200C:417A", "20010db80000000000080800200c417a"],
    ["fe80::1%eth0", "fe800000000000000000000000000001"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
  ])("%s", (host, hex) => expect(toHex(mapAddress(host))).toBe(hex));

  it.each([
    "",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.x",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "1::2::3",
    "12345::",
    "g::",
    "::1.2.3.256",
  ])("refuses %j", (host) => expect(() => mapAddress(host)).toThrow(AddressError));

  it("count an IPv4 address, mapped or not, and an IPv6 /64 as one source", () => {
    expect(sourceOf("192.0.2.1")).toBe(sourceOf("::ffff:192.0.2.1"));
    expect(sourceOf("192.0.2.1")).not.toBe(sourceOf("192.0.2.2"));
    expect(sourceOf("2001:db8::1")).toBe(sourceOf("2001:db8::ffff:ffff:ffff:ffff"));
    expect(sourceOf("2001:db8::1")).not.toBe(sourceOf("2001:db8:0:1::1"));
  });
});
