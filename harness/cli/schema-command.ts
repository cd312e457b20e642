import { guestJsonSchema, profileJsonSchema } from "../profiles/json-schema.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

const SCHEMAS = { profile: profileJsonSchema, guest: guestJsonSchema } as const;

export const schemaCommand: Command = {
  name: "schema",
  summary: "the JSON Schema of a profile, or of a guest's file, for editors",
  usage: "[profile|guest]",
  teaches: `
Editors that know TOML complete and check a file by it, if the file says where it is: #:schema ./profile.schema.json in its first line.`,
  outcomes: { passed: "printed" },
  options: {},
  takes: ["profile", "guest"],
  examples: ["udpsec schema", "udpsec schema guest > guest.schema.json"],
  async run(parsed, io) {
    const [wish = "profile", ...rest] = parsed.positionals;
    if (rest.length > 0 || !isSchema(wish)) throw usageError(`no schema ${wish}`, "profile or guest");
    writeJson(io, SCHEMAS[wish]());
    return EXIT.passed;
  },
};

function isSchema(name: string): name is keyof typeof SCHEMAS {
  return Object.hasOwn(SCHEMAS, name);
}
