/** TOML files that people write: read by a schema, with errors that name file, line and what would fit there. */
import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { nearestName } from "../../../contract/nearest-name.ts";
import { printable } from "../../console/printable.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { knownKeysAt, knownValuesAt } from "./known-at.ts";
import { TomlPositions } from "./toml-positions.ts";

/** Of the line that is wrong. */
const MAX_SHOWN_UNITS = 200;

export interface TomlFile {
  /** As errors show it. */
  readonly name: string;
  readonly text: string;
  /** Of its errors, and what to do about them. */
  readonly code: string;
  readonly hint: string;
  /** Stands behind each of its errors. */
  readonly remark?: string;
}

export interface TomlIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** @param whole what the table at the top is called in messages @throws HarnessError with the file's code */
export function readToml<Schema extends z.ZodType>(file: TomlFile, schema: Schema, whole: string): z.output<Schema> {
  return checkToml(file, parseToml(file), schema, whole);
}

/** @param value of the file, or what was made of it: its keys are where they were @throws HarnessError with the file's code */
export function checkToml<Schema extends z.ZodType>(
  file: TomlFile,
  value: unknown,
  schema: Schema,
  whole: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw tomlError(
    file,
    parsed.error.issues.map((issue) => describeIssue(issue, schema, whole)),
  );
}

/** @returns one line for each issue: file, line, what is wrong */
export function tomlError(file: TomlFile, issues: readonly TomlIssue[]): HarnessError {
  const positions = new TomlPositions(file.text);
  const { remark = "" } = file;
  const lines = issues.map(({ path, message }) => {
    const line = positions.lineOf(path);
    return `${file.name}:${line}: ${message}${remark}${shownLine(file.text, line)}`;
  });
  return new HarnessError(file.code, lines.join("\n"), file.hint);
}

/** @throws HarnessError with the file's code */
export function parseToml({ name, text, code }: TomlFile): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [reason = ""] = cause.message.split("\n");
    const where = `${name}:${cause.line}: ${reason}${shownLine(text, cause.line)}`;
    throw new HarnessError(code, where, "this is not TOML: correct the line", { cause });
  }
}

/** @param line from 1 @returns the line as it may be shown, below what is said of it */
function shownLine(text: string, line: number): string {
  const shown = printable(text.split("\n")[line - 1] ?? "").trim();
  return shown === "" ? "" : `\n  ${line} | ${shown.slice(0, MAX_SHOWN_UNITS)}`;
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodType, whole: string): TomlIssue {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = knownKeysAt(schema, issue.path);
    // A union's keys are those of all its kinds.
    if (known.includes(key)) return { path: [...issue.path, key], message: `key ${key} does not go with this kind` };
    const near = nearestName(key, known);
    const help = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], message: `unknown key ${key}; ${help}` };
  }
  const key = issue.path.length === 0 ? whole : issue.path.map(String).join(".");
  const values = knownValuesAt(schema, issue.path);
  if (values.length > 0) return { path: issue.path, message: `${key}: expected one of ${values.join(", ")}` };
  return { path: issue.path, message: `${key}: ${issue.message}` };
}
