import { expect, test } from "vitest";
import { canonicalAddress } from "./numeric-address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["::", "::"],
  ["::1", "::1"],
  ["FE80::0001%eth0", "fe80::1%eth0"],
  ["ff02::1", "ff02::1"],
  ["FF02::1%eth0.7", "ff02::1%eth0.7"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0db8::", "2001:db8::"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["0:0:0:0:0:ffff:7f00:1", "127.0.0.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("%s is %s", (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
  expect(canonicalAddress(canonical)).toBe(canonical);
});

test.each([
  ["127.0.0.010"],
  ["999.1.1.1"],
  ["1.2.3"],
  ["1.2.3.4.5"],
  ["localhost"],
  [""],
  [":::"],
  ["::1::"],
  ["1:2:3:4:5:6:7"],
  ["1:2:3:4:5:6:7::8"],
  ["12345::"],
  ["::127.0.0.010"],
  ["1.2.3.4::"],
  ["::1%"],
  ["::1%lo"],
  ["2001:db8::1%eth0"],
  ["fe80::1"],
  ["febf::1"],
  ["fe80::1%2"],
  ["fe80::1%eth0%eth1"],
  ["fe80::1%an-interface-too-long"],
])("%j is no numeric address", (text) => {
  expect(canonicalAddress(text)).toBeUndefined();
});
