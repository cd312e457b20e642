/** Every key of a profile with what it may be, made of the schema that profiles are read by. */
import { z } from "zod";
import { DURATION_PATTERN } from "../../harness/profiles/duration.ts";
import { profileSchema } from "../../harness/profiles/schema.ts";

type Schema = z.core.JSONSchema.BaseSchema;

interface Table {
  /** As TOML has it: `node.rung`, `guest.NAME`. */
  readonly path: string;
  readonly isRepeated: boolean;
  readonly schema: Schema;
}

export interface KeyTable {
  readonly title: string;
  /** Of the table as a whole; may be empty. */
  readonly text: string;
  readonly keys: readonly (readonly [name: string, text: string])[];
}

/** @returns its tables, the profile itself first; what stands in two places is told once */
export function profileKeys(): KeyTable[] {
  const told = new Map<string, string>();
  const tables: KeyTable[] = [];
  const waiting: Table[] = [{ path: "", isRepeated: false, schema: z.toJSONSchema(profileSchema, { io: "input" }) }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, isRepeated, schema } = next;
    const name = path === "" ? "the profile itself" : isRepeated ? `[[${path}]]` : `[${path}]`;
    const found: Table[] = [];
    for (const one of variantsOf(schema)) {
      const properties = Object.entries(one.properties ?? {}).map(([key, value]) => [key, asSchema(value)] as const);
      const [kind] = properties.flatMap(([key, { const: only }]) =>
        only === undefined ? [] : `${key} = ${JSON.stringify(only)}`,
      );
      const keys = properties
        .filter(([, { const: only }]) => only === undefined || variantsOf(schema).length === 1)
        .map(([key, value]) => {
          const inner = path === "" ? key : `${path}.${key}`;
          const within = tablesIn(inner, value);
          const before = within.flatMap((table) => told.get(JSON.stringify(table.schema)) ?? []);
          for (const table of within) told.set(JSON.stringify(table.schema), titleOf(table));
          if (before.length === 0) found.push(...within);
          return [key, textOf(value, one.required?.includes(key) === true, before)] as const;
        });
      const title = kind !== undefined && variantsOf(schema).length > 1 ? `${name}, ${kind}` : name;
      tables.push({ title, text: one.description ?? schema.description ?? "", keys });
    }
    waiting.unshift(...found);
  }
  return tables;
}

function titleOf({ path, isRepeated }: Table): string {
  return isRepeated ? `[[${path}]]` : `[${path}]`;
}

/** Of a table of several kinds each of them; else itself. */
function variantsOf(schema: Schema): readonly Schema[] {
  const several = (schema.oneOf ?? schema.anyOf ?? []).map(asSchema);
  return several.length > 0 && several.every(({ properties }) => properties !== undefined) ? several : [schema];
}

/** @returns the tables that a key holds directly */
function tablesIn(path: string, schema: Schema): Table[] {
  if (isTable(schema)) return [{ path, isRepeated: false, schema }];
  const { items, additionalProperties } = schema;
  if (typeof items === "object" && !Array.isArray(items) && isTable(asSchema(items)))
    return [{ path, isRepeated: true, schema: asSchema(items) }];
  if (typeof additionalProperties === "object" && isTable(asSchema(additionalProperties)))
    return [{ path: `${path}.NAME`, isRepeated: false, schema: asSchema(additionalProperties) }];
  return (schema.anyOf ?? []).map(asSchema).flatMap((one) => tablesIn(path, one));
}

function isTable(schema: Schema): boolean {
  return variantsOf(schema).every(({ properties }) => properties !== undefined);
}

function textOf(schema: Schema, isRequired: boolean, before: readonly string[]): string {
  const fallback = schema.default === undefined ? "" : `, default ${JSON.stringify(schema.default)}`;
  const required = isRequired ? ", required" : fallback;
  const elsewhere = before.length === 0 ? "" : `, as ${before.join(", ")}`;
  const told = schema.description === undefined || before.length > 0 ? "" : `: ${schema.description}`;
  return `${valueOf(schema)}${elsewhere}${required}${told}`;
}

function valueOf(schema: Schema): string {
  if (isTable(schema)) return "a table";
  const { type, enum: words, const: only, items, additionalProperties } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(" or ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => valueOf(asSchema(one))))].join(" or ");
  if (type === "array")
    return typeof items === "object" && !Array.isArray(items) ? `a list, each ${valueOf(asSchema(items))}` : "a list";
  if (type === "object")
    return typeof additionalProperties === "object" ? `by name ${valueOf(asSchema(additionalProperties))}` : "a table";
  if (type === "integer" || type === "number") return numberOf(schema);
  if (type === "boolean") return "true or false";
  return schema.pattern === DURATION_PATTERN.source ? "a duration" : "a text";
}

function numberOf({ type, minimum, exclusiveMinimum, maximum }: Schema): string {
  const what = type === "integer" ? "a whole number" : "a number";
  const [least, most] = [boundOf(minimum), boundOf(maximum)];
  if (exclusiveMinimum !== undefined) return `${what} above ${exclusiveMinimum}`;
  if (least === undefined) return what;
  return most === undefined ? `${what}, ${least} or more` : `${what}, ${least} to ${most}`;
}

/** JSON's own bounds of whole numbers are none of ours. */
function boundOf(limit: number | undefined): number | undefined {
  return Math.abs(limit ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : limit;
}

function asSchema(schema: z.core.JSONSchema._JSONSchema): Schema {
  return typeof schema === "boolean" ? {} : schema;
}
