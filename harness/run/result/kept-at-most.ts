/** How much of what runs leave stays, as the environment says it. */
import { HarnessError } from "../../host/harness-error.ts";

/** How much of a folder of runs stays. `Infinity`: all of it. */
export interface KeptAtMost {
  readonly runs: number;
  readonly bytes: number;
}

export const KEPT_BY_DEFAULT: KeptAtMost = { runs: 60, bytes: 2 * 1024 ** 3 };

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** @returns what `UDPSEC_KEEP_RUNS` and `UDPSEC_KEEP_BYTES` say; `0` and `off`: nothing goes @throws HarnessError `usage` */
export function keptAtMost(environment: NodeJS.ProcessEnv): KeptAtMost {
  return {
    runs: read(environment, "UDPSEC_KEEP_RUNS", /^(\d{1,9})$/, "e.g. UDPSEC_KEEP_RUNS=60") ?? KEPT_BY_DEFAULT.runs,
    bytes:
      read(environment, "UDPSEC_KEEP_BYTES", /^(\d{1,9})([KMG]?)$/, "e.g. UDPSEC_KEEP_BYTES=500M") ??
      KEPT_BY_DEFAULT.bytes,
  };
}

function read(environment: NodeJS.ProcessEnv, name: string, form: RegExp, hint: string): number | undefined {
  const text = environment[name] ?? "";
  if (text === "") return undefined;
  if (text === "off") return Infinity;
  const [, digits, unit = ""] = form.exec(text) ?? [];
  if (digits === undefined)
    throw new HarnessError("usage", `${name}: ${text} is no limit`, `${hint}; off or 0: nothing is removed`);
  return Number(digits) === 0 ? Infinity : Number(digits) * (UNITS[unit] ?? 1);
}
