import { z } from "zod";
import { guestSchema } from "./guest-schema.ts";
import { profileSchema } from "./schema.ts";

/** @returns the JSON Schema of a file that is one guest's table */
export function guestJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(guestSchema, { io: "input" }), title: "udpsec guest" };
}

/** The JSON Schema that editors use; `fixtures/profiles/profile.schema.json` is a copy of it. */
export function profileJsonSchema(): Readonly<Record<string, unknown>> {
  const { $defs = {}, properties = {}, ...schema } = z.toJSONSchema(profileSchema, { io: "input" });
  const { matrix, ...others } = properties;
  return {
    ...schema,
    properties: { ...(withVariables(others) as object), matrix },
    $defs: {
      ...$defs,
      variable: { type: "string", pattern: "^\\$\\{[a-z][A-Za-z0-9]*\\}$", description: "a value of [matrix]" },
    },
    title: "udpsec profile",
  };
}

/** Wherever a number or a text of some form may stand, a name of `[matrix]` may stand as well. */
function withVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withVariables);
  if (typeof node !== "object" || node === null) return node;
  const { type, pattern, description, default: fallback, ...rest } = node as Readonly<Record<string, unknown>>;
  const takesName =
    type === "number" || type === "integer" || type === "boolean" || (type === "string" && pattern !== undefined);
  if (!takesName)
    return Object.fromEntries(
      Object.entries(node).map(([key, one]) => [key, key === "propertyNames" ? one : withVariables(one)]),
    );
  const plain = { type, ...(pattern === undefined ? {} : { pattern }), ...rest };
  return {
    anyOf: [plain, { $ref: "#/$defs/variable" }],
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}
