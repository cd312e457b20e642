/** The kernel's counters in init's report: what really left was counted as well. */
export type Namespace = "root" | "second";

export interface CountedFrames {
  readonly sent?: number;
  readonly received?: number;
}

type Protocol = "Udp" | "Tcp" | "Icmp";

const COLUMNS: Readonly<Record<Protocol, readonly [sent: string, received: string]>> = {
  Udp: ["OutDatagrams", "InDatagrams"],
  Tcp: ["OutSegs", "InSegs"],
  Icmp: ["OutMsgs", "InMsgs"],
};
/** Of a device in `/proc/net/dev`, behind its name. */
const RECEIVED_PACKETS = 1;
const SENT_PACKETS = 9;

/** @returns the report with more datagrams counted, and the frames that carried them */
export function countDatagrams(report: string, namespace: Namespace, more: CountedFrames): string {
  return countFrames(countPackets(report, namespace, "Udp", more), namespace, more);
}

/** @returns the report with more packets of a protocol counted */
export function countPackets(report: string, namespace: Namespace, protocol: Protocol, more: CountedFrames): string {
  const begin = report.indexOf(`begin ${namespace} snmp\n`);
  const names = report.indexOf(`\n${protocol}: `, begin) + 1;
  const values = report.indexOf("\n", names) + 1;
  const end = report.indexOf("\n", values);
  const columns = report.slice(names, values).trimEnd().split(" ");
  const numbers = report.slice(values, end).trimEnd().split(" ");
  const add = (name: string, count: number): void => {
    const column = columns.indexOf(name);
    numbers[column] = String(Number(numbers[column]) + count);
  };
  const [sent, received] = COLUMNS[protocol];
  add(sent, more.sent ?? 0);
  add(received, more.received ?? 0);
  return report.slice(0, values) + numbers.join(" ") + report.slice(end);
}

/** @returns the report with more frames counted at the namespace's device */
export function countFrames(report: string, namespace: Namespace, { sent = 0, received = 0 }: CountedFrames): string {
  const begin = report.indexOf(`begin ${namespace} dev\n`);
  const end = report.indexOf("\nend", begin);
  if (begin === -1) return report;
  const counted = report.slice(begin, end).replace(/^( *eth\d:)(.*)$/m, (_, name: string, figures: string) => {
    const numbers = figures.trim().split(/ +/).map(Number);
    numbers[RECEIVED_PACKETS] = (numbers[RECEIVED_PACKETS] ?? 0) + received;
    numbers[SENT_PACKETS] = (numbers[SENT_PACKETS] ?? 0) + sent;
    return `${name} ${numbers.join(" ")}`;
  });
  return report.slice(0, begin) + counted + report.slice(end);
}
