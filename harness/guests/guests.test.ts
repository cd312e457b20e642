import { describe, expect, it } from "vitest";
import { InitReportError, parseInitReport } from "./init-report.ts";
import { NetworkPlanError, networkPlanText } from "./network-plan.ts";
import { peerGuest } from "./peer-guest.ts";
import { udpsecGuest } from "./udpsec-guest.ts";

describe("networkPlanText", () => {
  it("writes one line for each NIC and route", () => {
    const text = networkPlanText(
      [
        { namespace: "root", address: "10.0.0.1/24" },
        { namespace: "second", address: "10.0.0.2/24", mtuBytes: 1400, advmssBytes: 1000 },
      ],
      [{ namespace: "root", destination: "default", gateway: "10.0.0.254" }],
    );
    expect(text).toBe(
      "eth0 root 10.0.0.1/24\neth1 second 10.0.0.2/24 mtu 1400 advmss 1000\nroute root default via 10.0.0.254\n",
    );
  });

  it.each(["10.0.0.1", "10.0.0.256/24", "10.0.0.1/33", "10.0.0/24", "10.0.0.1/24/8", "$(reboot)/24", ""])(
    "refuses the address %j",
    (address) => {
      expect(() => networkPlanText([{ namespace: "root", address }])).toThrow(NetworkPlanError);
    },
  );

  it.each([
    [575, false],
    [576, true],
    [65535, true],
    [65536, false],
    [1400.5, false],
  ])("mtu %d: allowed is %s", (mtuBytes, allowed) => {
    const plan = (): string => networkPlanText([{ namespace: "root", address: "10.0.0.1/24", mtuBytes }]);
    if (allowed) expect(plan()).toContain(`mtu ${mtuBytes}`);
    else expect(plan).toThrow(NetworkPlanError);
  });
});

describe("the launch of our guest", () => {
  const image = { kernelPath: "/k", initrdPath: "/i", drives: ["/d"], origin: {} };

  const config = '{"lingerMs":0,"processes":[{"kind":"dsoftbusd","namespace":"root"}]}';

  it("hands each process its own part of the configuration, and nobody the whole; keeps IPv6 off", () => {
    const launch = udpsecGuest.launch(image, { nics: [], config });
    expect(Object.keys(launch.fwCfgFiles)).toEqual(["opt/udpsec/net", "opt/udpsec/process-0"]);
    expect(launch.fwCfgFiles["opt/udpsec/net"]).toBe("process 0 root dsoftbusd dsoftbusd\nlinger 0\n");
    expect(launch.append?.split(" ")).toContain("ipv6.disable=1");
    expect(launch.memoryMib).toBeLessThanOrEqual(256);
  });

  it("keeps every other source of entropy out of the guest", () => {
    const words = udpsecGuest.launch(image, { nics: [], config, ipv6: true }).append?.split(" ");
    expect(words).toContain("random.trust_cpu=off");
    expect(words).toContain("random.trust_bootloader=off");
    expect(words).not.toContain("ipv6.disable=1");
  });
});

const REPORT = `udpsec-init 1
fact up_s 1.96
fact failure two words
begin second snmp
Udp: InDatagrams RcvbufErrors
Udp: 7 2
end
begin second dev
Inter-|   Receive  |  Transmit
 face |bytes packets|bytes
  eth1:  100 1 0 3 0 0 0 0  200 2 0 4 0 0 0 0
end
done
`;

describe("parseInitReport", () => {
  it("reads facts, counters and interfaces", () => {
    const report = parseInitReport(REPORT);
    expect(report.complete).toBe(true);
    expect(report.facts.get("failure")).toBe("two words");
    expect(report.counters.get("second")).toMatchObject({
      "Udp.RcvbufErrors": 2,
      "dev.eth1.rxBytes": 100,
      "dev.eth1.rxDropped": 3,
      "dev.eth1.txPackets": 2,
      "dev.eth1.txDropped": 4,
    });
    expect(report.counters.has("root")).toBe(false);
  });

  it("reads which ports were open, and when", () => {
    const lines = [
      "sample ready 0",
      "socket root udp 1000 37024",
      "socket second tcp 1001 40000",
      "sample ended selftest-2",
    ];
    expect(
      parseInitReport(REPORT.replace("begin second snmp", [...lines, "begin second snmp"].join("\n"))).samples,
    ).toEqual([
      {
        what: "ready",
        who: "0",
        sockets: [
          { namespace: "root", protocol: "udp", uid: 1_000, port: 37_024 },
          { namespace: "second", protocol: "tcp", uid: 1_001, port: 40_000 },
        ],
      },
      { what: "ended", who: "selftest-2", sockets: [] },
    ]);
    expect(() => parseInitReport(REPORT.replace("done", `${lines[1]}\ndone`))).toThrow(InitReportError);
  });

  it("reads lines that end in CR LF as well", () => {
    expect(parseInitReport(REPORT.replaceAll("\n", "\r\n"))).toEqual(parseInitReport(REPORT));
  });

  it("leaves out a block that was not written to its end, and keeps those before it", () => {
    const torn = parseInitReport(REPORT.slice(0, REPORT.lastIndexOf("end")));
    expect(Object.keys(torn.counters.get("second") ?? {})).toEqual(["Udp.InDatagrams", "Udp.RcvbufErrors"]);
  });

  it("is incomplete, and no error, wherever the machine died", () => {
    for (let length = 0; length < REPORT.length; length += 1) {
      expect(parseInitReport(REPORT.slice(0, length)).complete).toBe(false);
    }
  });

  it.each([
    ["another version", REPORT.replace("udpsec-init 1", "udpsec-init 2")],
    ["a foreign line", REPORT.replace("fact up_s", "SELFTEST: up_s")],
    ["something after the end", `${REPORT}fact late 1\n`],
    ["values that do not match their names", REPORT.replace("Udp: 7 2", "Udp: 7")],
    ["a counter that is none", REPORT.replace("Udp: 7 2", "Udp: 7 x")],
  ])("refuses %s", (_, text) => {
    expect(() => parseInitReport(text)).toThrow(InitReportError);
  });
});

describe("a peer that lies", () => {
  it.each([
    ["in an honest session: TCP ends in the place of message 2", "a guest that breaks off an honest session"],
    ["where the peer lies (bulk-flip): it goes on", "a guest that takes a lie"],
  ])("says what the guest does not do %s", (where, name) => {
    const line = `PEER: the guest does not do what it must ${where}`;
    const found = peerGuest.console.forbidden.filter(({ pattern }) => pattern.test(line));
    expect(found.map((one) => one.name)).toEqual([name]);
  });
});
