import { FIELD_PATTERNS, isFieldType, MAX_PORT, type FieldType } from "../../markers/manifest.ts";
import { userPattern } from "../../console/user-pattern.ts";
import { misuse } from "./lab-error.ts";

/** What the fields of a text are, once a line was found. */
export interface FieldValues {
  /** 1 to 65535. */
  readonly port: number;
  /** 0 to 999999999999999. */
  readonly count: number;
  /** Up to 64 letters, digits, dots, dashes and underscores. */
  readonly word: string;
}

type Named<Text extends string> = Text extends `${string}<${infer Name}:${infer Type}>${infer Rest}`
  ? (Type extends keyof FieldValues ? { readonly [Key in Name]: FieldValues[Type] } : unknown) & Named<Rest>
  : unknown;

/** The fields of a text by name: those of `"listener up <port:port>"` are `{ port: number }`. */
export type FieldsOf<Text extends string> = string extends Text
  ? Readonly<Record<string, string | number>>
  : { readonly [Key in keyof Named<Text>]: Named<Text>[Key] };

/** What is looked for on a console. */
export interface ConsolePattern {
  readonly shown: string;
  /** A field may still grow where a line has not ended: such a pattern waits for the end. */
  readonly needsWholeLine: boolean;
  /** @returns where it ends in the text, and its fields */
  find(text: string): { readonly end: number; readonly fields: Readonly<Record<string, string | number>> } | undefined;
}

const FIELD = /<([a-z]+):([a-z]+)>/;
/** A number doesn't end where another digit follows, nor a word where a letter does. */
const ENDS: Readonly<Record<FieldType, string>> = { port: "(?![0-9])", count: "(?![0-9])", word: "(?![A-Za-z0-9._-])" };

/** @throws LabError `lab-misuse` for a field of no type */
export function consolePattern(pattern: string | RegExp): ConsolePattern {
  return typeof pattern === "string" ? textPattern(pattern) : expressionPattern(pattern);
}

function textPattern(text: string): ConsolePattern {
  const fields: { readonly name: string; readonly type: FieldType }[] = [];
  const source = text
    .split(new RegExp(`(${FIELD.source.replace(/[()]/g, "")})`))
    .map((part) => {
      const [, name, type = ""] = FIELD.exec(part) ?? [];
      if (name === undefined) return sourceOfText(part);
      if (!isFieldType(type))
        throw misuse(`"${text}": there are no fields of type ${type}`, "<name:port>, <name:count> or <name:word>");
      fields.push({ name, type });
      return `(${FIELD_PATTERNS[type]})${ENDS[type]}`;
    })
    .join("");
  const expression = new RegExp(source);
  return {
    shown: JSON.stringify(text),
    needsWholeLine: fields.length > 0,
    find(line) {
      const found = expression.exec(line);
      if (found === null) return undefined;
      const values = fields.map(({ name, type }, at) => [name, valueOf(type, found[at + 1] ?? "")] as const);
      const isHonest = fields.every(({ type }, at) => type !== "port" || Number(values[at]?.[1]) <= MAX_PORT);
      return isHonest ? { end: found.index + found[0].length, fields: Object.fromEntries(values) } : undefined;
    },
  };
}

function expressionPattern(written: RegExp): ConsolePattern {
  // One with g or y remembers where it was.
  const expression = userPattern(written.source, written.flags.replace(/[gy]/g, ""));
  return {
    shown: String(written),
    needsWholeLine: false,
    find(text) {
      const found = expression.exec(text);
      return found === null ? undefined : { end: found.index + found[0].length, fields: { ...found.groups } };
    },
  };
}

/** @returns the source of an expression that finds a text as it is */
export function sourceOfText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** @returns a field as code wants it */
export function valueOf(type: FieldType, text: string): string | number {
  return type === "word" ? text : Number(text);
}
