import { z } from "zod";
import { profileSchema } from "./schema.ts";

/** The JSON Schema that editors use; `fixtures/profiles/profile.schema.json` is a copy of it. */
export function profileJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(profileSchema, { io: "input" }), title: "udpsec profile" };
}
