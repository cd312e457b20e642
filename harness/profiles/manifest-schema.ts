import { z } from "zod";
import { duration } from "./schema-parts.ts";

const word = z.string().min(1);

/** `[node.manifest]`: the manifest of the project that the guest comes from says what its console may show. */
export const nodeManifestSchema = z.strictObject({
  format: z.literal("proof-manifest-2").describe("[meta], [include], [phase.NAME], [marker.TEXT], [profile.NAME]"),
  file: word.describe("its root, from the folder of this file"),
  profile: word
    .optional()
    .describe("whose emit_when and forbidden_when hold, and whose env; without it default_profile"),
  runtime: word.optional().describe("profile with runtime_only: what is required of phases that it leaves out is not"),
  required: word
    .optional()
    .describe("a file from the same folder: the markers that must come, one a line, # for remarks"),
  budget: duration.describe("of each required marker, from the one before"),
  match: z
    .enum(["contains", "line"])
    .default("contains")
    .describe("contains: a marker stands anywhere on a line, and of two in one place the longer one counts"),
  failing: z
    .union([word, z.array(word).min(1), z.literal(false)])
    .default("FAIL")
    .describe("words in a marker, or behind a known prefix, by which the guest says that it failed"),
  undeclared: z
    .enum(["note", "fail"])
    .default("note")
    .describe("lines that begin as markers do and are not in the manifest"),
  prefixes: z
    .array(word)
    .min(1)
    .optional()
    .describe("how markers begin; without it as those of the manifest, up to the colon"),
});
