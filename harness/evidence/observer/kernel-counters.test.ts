import { expect, test } from "vitest";
import { parseKernelCounters } from "./kernel-counters.ts";

const SNMP = `Ip: Forwarding DefaultTTL FragCreates
Ip: 2 64 3
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
Udp: 12 1 2 14 2
`;
const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0: 1500 12 0 1 0 0 0 0 2100 14 0 0 0 0 0 0
`;
const LOG = `udpsec-init 1\nfact up_s 1.2\nbegin root snmp\n${SNMP}end\nbegin root dev\n${DEV}end\nbegin second snmp\n${SNMP.replace("12 1", "99 1")}end\ndone\n`;

test("one entry per namespace, values by group and name", () => {
  const [root, second] = parseKernelCounters(LOG, "a");
  expect(root).toMatchObject({ node: "a", namespace: "root" });
  expect(root?.values).toMatchObject({
    "Ip.FragCreates": 3,
    "Udp.InDatagrams": 12,
    "Udp.RcvbufErrors": 2,
    "dev.eth0.rxDropped": 1,
    "dev.eth0.txPackets": 14,
  });
  expect(second).toMatchObject({ namespace: "second", values: { "Udp.InDatagrams": 99 } });
});

test("CR LF, as a terminal would have made it", () => {
  expect(parseKernelCounters(LOG.replaceAll("\n", "\r\n"), "a")).toEqual(parseKernelCounters(LOG, "a"));
});

test("a block without its end doesn't count: the guest died while writing", () => {
  const torn = LOG.slice(0, LOG.indexOf("end\nbegin second") - 40);
  expect(
    parseKernelCounters(torn, "a").map(({ values }) => Object.keys(values).some((key) => key.startsWith("dev"))),
  ).toEqual([false]);
  expect(parseKernelCounters("", "a")).toEqual([]);
});
