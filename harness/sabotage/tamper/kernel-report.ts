/** The kernel's counters in init's report: a datagram that really left was counted as well. */
export type Namespace = "root" | "second";

/** @returns the report with more datagrams counted */
export function countDatagrams(
  report: string,
  namespace: Namespace,
  more: { readonly sent?: number; readonly received?: number },
): string {
  const begin = report.indexOf(`begin ${namespace} snmp\n`);
  const names = report.indexOf("\nUdp: ", begin) + 1;
  const values = report.indexOf("\n", names) + 1;
  const end = report.indexOf("\n", values);
  const columns = report.slice(names, values).trimEnd().split(" ");
  const numbers = report.slice(values, end).trimEnd().split(" ");
  const add = (name: string, count: number): void => {
    const column = columns.indexOf(name);
    numbers[column] = String(Number(numbers[column]) + count);
  };
  add("OutDatagrams", more.sent ?? 0);
  add("InDatagrams", more.received ?? 0);
  return report.slice(0, values) + numbers.join(" ") + report.slice(end);
}
