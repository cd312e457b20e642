import { expect, it } from "vitest";
import { parseInitReport } from "../../guests/init-report.ts";
import { countersOfReport } from "./counters-of-report.ts";

const SNMP = "begin root snmp\nUdp: InDatagrams OutDatagrams\nUdp: 176 192\nend\n";
const DEVICES = "begin root dev\nheadings\nheadings\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\nend\n";
const counted = (text: string) => countersOfReport("b", parseInitReport(`udpsec-init 1\n${text}`));

it("of a report that broke off there are whole namespaces alone", () => {
  expect(counted(`${SNMP}begin root netstat\n`)).toEqual([]);
  expect(counted(SNMP + DEVICES)).toMatchObject([
    { node: "b", namespace: "root", values: { "Udp.InDatagrams": 176, "dev.eth0.txPackets": 10 } },
  ]);
});

it("of one that came to its end there is all: what it lacks is init's to answer for", () => {
  expect(counted(`${SNMP}done\n`)).toMatchObject([{ namespace: "root", values: { "Udp.OutDatagrams": 192 } }]);
  expect(countersOfReport("b", undefined)).toEqual([]);
});
