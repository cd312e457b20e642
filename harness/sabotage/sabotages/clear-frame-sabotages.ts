/** Guests that say something in clear beside their sealed session, in frames that no plan brings about. */
import { PORT_OF_NO_ONE, SAID, wireSabotage, type WireSabotage } from "./wire-sabotage.ts";
import { viewUdp, withPayload } from "../tamper/frames.ts";
import {
  BROADCAST_MAC,
  endsOf,
  plantedArp,
  plantedEthernet,
  plantedIcmp,
  plantedIpv4,
  plantedUdp,
  bytes16,
  type PlantedWay,
} from "../tamper/planted-frames.ts";
import { addFrames, countSent, framesAtFirstNic, wayOf } from "../tamper/wire.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const VLAN = 0x8100;
const LOCAL_EXPERIMENT = 0x88b5;
const IGMP = 2;
const ECHO_REQUEST = 8;
const FAT_BYTES = 1_400;
const UNPLANNED_MAC = Buffer.from("525400666666", "hex");

const broadcast = ({ from }: PlantedWay): PlantedWay => ({
  from,
  to: { mac: BROADCAST_MAC, ip: Buffer.from([255, 255, 255, 255]) },
});
const multicast = ({ from }: PlantedWay, mac: string, ip: readonly number[]): PlantedWay => ({
  from,
  to: { mac: Buffer.from(mac, "hex"), ip: Buffer.from(ip) },
});
const planted = (
  name: string,
  breaks: string,
  make: (way: PlantedWay) => readonly Buffer[],
  datagrams = 0,
): WireSabotage => ({
  name,
  breaks,
  tamper: (run) => addFrames(run, "up", make(endsOf(run)), datagrams),
});
/** What nobody who is addressed counts. */
const announced = (name: string, breaks: string, make: (way: PlantedWay) => Buffer): WireSabotage => ({
  name,
  breaks,
  tamper: (run) => countSent(addFrames(run, "up", [make(endsOf(run))], 0), "up", 1),
});

const FRAMES: readonly WireSabotage[] = [
  planted(
    "clear-on-another-port",
    "sends text in clear over UDP, beside the session port",
    (way) => [plantedUdp(way, [PORT_OF_NO_ONE, PORT_OF_NO_ONE], SAID)],
    1,
  ),
  planted("clear-in-a-ping", "sends text in clear in an ICMP echo request", (way) => [
    plantedIcmp(way, ECHO_REQUEST, 0, Buffer.concat([bytes16(1), bytes16(1), SAID])),
  ]),
  planted("clear-in-an-unreachable", "sends text in clear as what an ICMP error quotes", (way) => [
    plantedIcmp(way, 3, 3, Buffer.concat([Buffer.alloc(4), SAID])),
  ]),
  planted("clear-over-another-ethertype", "sends text in clear in frames that are no IP", (way) => [
    plantedEthernet(way, LOCAL_EXPERIMENT, SAID),
  ]),
  planted("clear-in-an-802.3-frame", "sends text in clear where a frame's type says its length", (way) => [
    plantedEthernet(way, SAID.length, SAID),
  ]),
  planted(
    "clear-behind-a-vlan-tag",
    "sends text in clear behind a VLAN tag",
    (way) => {
      const inner = plantedUdp(way, [PORT_OF_NO_ONE, PORT_OF_NO_ONE], SAID);
      return [plantedEthernet(way, VLAN, Buffer.concat([bytes16(7), inner.subarray(12)]))];
    },
    1,
  ),
  planted("clear-behind-an-ipv6-header", "sends text in clear over IPv6, behind an extension header", (way) => [
    plantedEthernet(way, 0x86dd, ipv6WithExtension(SAID)),
  ]),
  planted(
    "clear-over-a-protocol-of-its-own",
    "sends text in clear over an IP protocol that is neither UDP nor TCP",
    (way) => [plantedIpv4(way, 253, SAID)],
  ),
  planted(
    "clear-in-the-padding-of-arp",
    "asks for its peer's address, with text where the frame is filled up",
    (way) => [plantedArp(way, way.to.ip, SAID.subarray(0, 18))],
  ),
  planted("arp-about-nobody", "asks for addresses that nobody planned: each says a byte", (way) => {
    const address = (last: number): Buffer => Buffer.from([...way.to.ip.subarray(0, 3), last]);
    return [...SAID].map((byte) => plantedArp(way, address(byte)));
  }),
  planted("arp-flood", "asks for its peer's address hundreds of times at once", (way) =>
    Array.from({ length: 300 }, () => plantedArp(way, way.to.ip)),
  ),
  planted("igmp-flood", "joins multicast groups that nobody needs, again and again", (way) =>
    Array.from({ length: 50 }, (_, index) => {
      const group = multicast(way, "01005e000016", [224, 0, 0, 22]);
      return plantedIpv4(group, IGMP, Buffer.concat([Buffer.from([0x16, 0, 0, 0]), Buffer.from([239, 1, 1, index])]));
    }),
  ),
  announced("dhcp-in-a-planned-network", "asks for an address, and tells its name doing so", (way) =>
    plantedUdp({ ...broadcast(way), from: { ...way.from, ip: Buffer.alloc(4) } }, [68, 67], SAID),
  ),
  announced("name-announced-by-mdns", "announces itself by multicast DNS", (way) =>
    plantedUdp(multicast(way, "01005e0000fb", [224, 0, 0, 251]), [5353, 5353], SAID),
  ),
  announced(
    "discovery-that-is-off",
    "announces its device on the discovery port, where no process was told to",
    (way) => plantedUdp(broadcast(way), [37_020, 37_020], Buffer.concat([Buffer.from("dsbd"), SAID])),
  ),
  planted("advertisement-of-its-own", "speaks as the router that QEMU's network is, with text for a prefix", (way) => [
    plantedEthernet(
      {
        from: { ...way.from, mac: Buffer.from("525600000002", "hex") },
        to: { ...way.to, mac: Buffer.from("333300000001", "hex") },
      },
      0x86dd,
      ipv6WithExtension(SAID),
    ),
  ]),
];

/** A repeat of MSG1, which may come at any time, changed in what no rule of the protocol looks at. */
const CHANGED: readonly WireSabotage[] = [
  repeated(
    "bytes-behind-the-datagram",
    "hides text between the end of a datagram and that of its IP packet",
    (frame) => {
      const longer = Buffer.concat([frame, SAID]);
      longer.writeUInt16BE(frame.length - 14 + SAID.length, 16);
      return resummed(longer);
    },
  ),
  repeated("bytes-behind-the-packet", "hides text behind an IP packet, in the same frame", (frame) =>
    Buffer.concat([frame, SAID]),
  ),
  repeated("ip-options", "hides text in options of the IP header", (frame) => {
    const options = Buffer.concat([Buffer.from([0x94, 12]), SAID.subarray(0, 10)]);
    const longer = Buffer.concat([frame.subarray(0, 34), options, frame.subarray(34)]);
    longer.writeUInt8(0x48, 14);
    longer.writeUInt16BE(longer.length - 14, 16);
    return resummed(longer);
  }),
  repeated("wrong-ip-checksum", "sends text that no kernel takes, since the IP header's sum is wrong", (frame) => {
    const told = saying(frame);
    told.writeUInt16BE(told.readUInt16BE(24) ^ 0x5555, 24);
    return told;
  }),
  repeated("wrong-udp-checksum", "sends text that no socket gets, since the datagram's sum is wrong", (frame) => {
    const told = saying(frame);
    told.writeUInt16BE(told.readUInt16BE(40) ^ 0x5555, 40);
    return told;
  }),
  repeated("short-lived", "sends a datagram whose time to live says something", (frame) => {
    const told = Buffer.from(frame);
    told.writeUInt8("t".charCodeAt(0), 22);
    return resummed(told);
  }),
];

export const CLEAR_FRAME_SABOTAGES: readonly RecordedSabotage[] = [
  ...[...FRAMES, ...CHANGED].map((each) => wireSabotage("udp-sec", each)),
  {
    ...wireSabotage(
      "udp-sec",
      planted("fat-datagrams-of-nobody", "sends fat datagrams from a MAC address that nobody has", (way) => {
        const nobody = { ...way, from: { ...way.from, mac: UNPLANNED_MAC } };
        const fat = Buffer.concat([SAID, Buffer.alloc(FAT_BYTES)]);
        return [plantedUdp(nobody, [PORT_OF_NO_ONE, PORT_OF_NO_ONE], fat)];
      }),
    ),
    rules: ["datagram-size", "nothing-else-on-the-wire"],
    why: "it counts as sent by the machine whose wire it was on: its size and its sender are both wrong",
  },
];

function repeated(name: string, breaks: string, change: (frame: Buffer) => Buffer): WireSabotage {
  return {
    name,
    breaks,
    tamper: (run) => {
      const first = firstDatagram(run);
      return first === undefined ? run : addFrames(run, "up", [change(first)], 1);
    },
  };
}

function firstDatagram(run: RecordedRun): Buffer | undefined {
  return framesAtFirstNic(run).find((frame) => wayOf(frame) === "up");
}

/** Where the message is sealed. */
function saying(frame: Buffer): Buffer {
  const payload = Buffer.from(viewUdp(frame)?.payload ?? []);
  SAID.copy(payload, 100);
  return withPayload(frame, payload);
}

/** Of an IP header of any length; the datagram's own sum does not cover it. */
function resummed(frame: Buffer): Buffer {
  const end = 14 + (frame.readUInt8(14) & 0x0f) * 4;
  frame.writeUInt16BE(0, 24);
  let sum = 0;
  for (let at = 14; at < end; at += 2) sum += frame.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  frame.writeUInt16BE(~sum & 0xffff, 24);
  return frame;
}

/** Hop-by-hop options, and behind them a protocol of nobody's. */
function ipv6WithExtension(said: Buffer): Buffer {
  const extension = Buffer.from([253, 0, 1, 4, 0, 0, 0, 0]);
  const length = bytes16(extension.length + said.length);
  const head = Buffer.concat([Buffer.from("60000000", "hex"), length, Buffer.from([0, 255])]);
  const [from, to] = ["fe800000000000000000000000000002", "ff020000000000000000000000000001"];
  return Buffer.concat([head, Buffer.from(from + to, "hex"), extension, said]);
}
