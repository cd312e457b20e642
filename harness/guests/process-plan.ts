import type { GuestConfiguration, ProcessConfiguration } from "../../contract/configuration.ts";

/** Of the first process; each has one of its own, in their order (`images/init/init.sh`). */
export const FIRST_UID = 1_000;
/** Where init finds what each process is told; by its place in the configuration. */
const FILE = "opt/udpsec/process-";
/** A daemon beside self-tests is ended by init; this only has to be longer than any run. */
const AS_LONG_AS_IT_TAKES_MS = 86_400_000;

export interface ProcessPlan {
  /** Lines of `opt/udpsec/net`: `process <index> root|second <kind> <source>`, and `linger <ms>` once. */
  readonly lines: string;
  /** fw_cfg files: a configuration with one process each, so that nobody holds the identity of another. */
  readonly files: Readonly<Record<string, string>>;
}

/** @param configuration of the whole machine, JSON */
export function processPlan(configuration: string): ProcessPlan {
  const whole = JSON.parse(configuration) as GuestConfiguration;
  const { processes, lingerMs } = whole;
  const hasSelftests = processes.some(({ kind }) => kind === "selftest");
  const ofOne = (process: ProcessConfiguration): GuestConfiguration => ({
    ...whole,
    processes: [process],
    lingerMs: hasSelftests ? AS_LONG_AS_IT_TAKES_MS : lingerMs,
  });
  const lines = processes.map((process, index) => {
    const earlier = processes.slice(0, index).filter(({ kind }) => kind === process.kind).length;
    const source = earlier === 0 ? process.kind : `${process.kind}-${earlier + 1}`;
    return `process ${index} ${process.namespace} ${process.kind} ${source}\n`;
  });
  return {
    lines: [...lines, `linger ${lingerMs}\n`].join(""),
    files: Object.fromEntries(processes.map((process, index) => [`${FILE}${index}`, JSON.stringify(ofOne(process))])),
  };
}
