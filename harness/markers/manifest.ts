import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { HarnessError } from "../host/harness-error.ts";
import { literally } from "./literally.ts";

/** What a `<name:type>` of a marker's text may be. */
export type FieldType = "port" | "count" | "word";

/** What each is in a line. */
export const FIELD_PATTERNS: Readonly<Record<FieldType, string>> = {
  port: "[1-9][0-9]{0,4}",
  count: "[0-9]{1,15}",
  word: "[A-Za-z0-9._-]{1,64}",
};
export const MAX_PORT = 65_535;

/**
 * What must have reached the NIC of a process before a marker of it may appear, over either transport. What each is on the wire,
 * `evidence/rules/marker-after-wire.ts` knows.
 */
export const AWAITED_ARRIVALS = ["handshake", "mux-data", "control-reply", "bulk-end", "sink-verdict"] as const;

export type AwaitedArrival = (typeof AWAITED_ARRIVALS)[number];

/** One entry of `fixtures/markers.toml`, or of a profile that brings markers of its own. */
export const markerEntrySchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe("stable name, used by profiles and summaries"),
  text: z.string().min(1).describe("the line, with typed fields such as <port:port>"),
  process: z.string().min(1).describe("who prints it"),
  proves: z.string().min(1).describe("what a reader may conclude from it"),
  evidence: z.array(z.string()).default([]).describe("rules that must confirm it"),
  after: z
    .enum(AWAITED_ARRIVALS)
    .exactOptional()
    .describe("what must have reached the NIC of who prints it before the line may appear"),
});

export type MarkerEntry = z.infer<typeof markerEntrySchema>;

/** @returns the kinds of processes that may print a marker, of which its entry says `dsoftbusd or selftest` */
export function printersOf({ process }: Pick<MarkerEntry, "process">): string[] {
  return process.split(" or ");
}

const manifestSchema = z.strictObject({ marker: z.array(markerEntrySchema).min(1) });

export interface Marker extends MarkerEntry {
  readonly pattern: RegExp;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
}

export interface MarkerMatch {
  readonly marker: MarkerEntry;
  readonly fields: Readonly<Record<string, string>>;
}

/** The markers that may be printed at all, and how their lines are recognised. Pure. */
export class Manifest {
  readonly markers: readonly Marker[];
  readonly #byId: ReadonlyMap<string, MarkerEntry>;

  /** @param ofOthers markers that are known by their id and recognised by somebody else: no line is matched with them */
  constructor(entries: readonly MarkerEntry[], ofOthers: readonly MarkerEntry[] = []) {
    this.markers = entries.map(compile);
    const all: readonly MarkerEntry[] = [...this.markers, ...ofOthers];
    this.#byId = new Map(all.map((marker) => [marker.id, marker]));
    if (this.#byId.size !== all.length) {
      const twice = all.find((entry, index) => all.findIndex((other) => other.id === entry.id) !== index);
      throw manifestError(`marker ${twice?.id ?? ""} is listed twice`);
    }
  }

  get(id: string): MarkerEntry | undefined {
    return this.#byId.get(id);
  }

  get ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** @param line a whole console line @returns the marker that it is, nothing more and nothing less */
  match(line: string): MarkerMatch | undefined {
    for (const marker of this.markers) {
      const found = marker.pattern.exec(line);
      if (found === null) continue;
      const fields = Object.fromEntries(marker.fields.map((field, index) => [field.name, found[index + 1] ?? ""]));
      const honest = marker.fields.every((field) => field.type !== "port" || Number(fields[field.name]) <= MAX_PORT);
      if (honest) return { marker, fields };
    }
    return undefined;
  }

  /** @returns true if some marker could begin with this text */
  isPrefix(text: string): boolean {
    if (text === "") return false;
    return this.markers.some((marker) => {
      const fixed = marker.text.split("<")[0] ?? "";
      return fixed.startsWith(text) || (fixed.length < marker.text.length && text.startsWith(fixed));
    });
  }
}

/** @param toml text of `fixtures/markers.toml` */
export function parseManifest(toml: string): MarkerEntry[] {
  let value: unknown;
  try {
    value = parseToml(toml);
  } catch (cause) {
    throw manifestError(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw manifestError(parsed.error.issues.map((issue) => describeIssue(issue, value)).join("; "), parsed.error);
  }
  // Refuses ids that are listed twice, and fields of no type.
  new Manifest(parsed.data.marker);
  return parsed.data.marker;
}

/** @returns the issue with the id of the marker that it is about, or its place in the file */
function describeIssue({ path, message }: z.core.$ZodIssue, value: unknown): string {
  const [, at, ...key] = path;
  if (typeof at !== "number") return `${path.map(String).join(".")}: ${message}`;
  const { marker } = value as { readonly marker: readonly { readonly id?: unknown }[] };
  const id = marker[at]?.id;
  const name = typeof id === "string" ? id : `number ${at + 1}`;
  return `marker ${name}: ${[...key.map(String), message].join(": ")}`;
}

/** @returns a marker's line with the values of its fields */
export function markerLine(text: string, fields: Readonly<Record<string, string>>): string {
  return text.replace(/<([a-z]+):[a-z]+>/g, (_, name: string) => fields[name] ?? "");
}

function compile(entry: MarkerEntry): Marker {
  const fields: { name: string; type: FieldType }[] = [];
  const source = entry.text
    .split(/(<[a-z]+:[a-z]+>)/)
    .map((part) => {
      const field = /^<([a-z]+):([a-z]+)>$/.exec(part);
      if (field === null) return literally(part);
      const [, name = "", type = ""] = field;
      if (!isFieldType(type)) throw manifestError(`marker ${entry.id}: no field type ${type}`);
      fields.push({ name, type });
      return `(${FIELD_PATTERNS[type]})`;
    })
    .join("");
  return { ...entry, pattern: new RegExp(`^${source}$`), fields };
}

export function isFieldType(type: string): type is FieldType {
  return Object.hasOwn(FIELD_PATTERNS, type);
}

/** @param detail what is wrong with `fixtures/markers.toml` */
export function manifestError(detail: string, cause?: unknown): HarnessError {
  return new HarnessError(
    "manifest-invalid",
    `the list of markers can't be used: ${detail}`,
    "see fixtures/markers.toml",
    {
      cause,
    },
  );
}
