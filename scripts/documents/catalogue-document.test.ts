import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { profileJsonSchema } from "../../harness/profiles/json-schema.ts";
import { catalogueDocument } from "./catalogue-document.ts";

test("docs/catalogue.md is made of the sources: npx vitest run scripts/documents/catalogue-document.test.ts -u", async () => {
  const path = join(projectRoot(), "docs/catalogue.md");
  const text = await format(catalogueDocument(), { ...(await resolveConfig(path)), parser: "markdown" });
  await expect(text).toMatchFileSnapshot(path);
});

test("it has every key of a profile, in whatever table", () => {
  const document = catalogueDocument();
  const keys = keysIn(profileJsonSchema());
  expect(keys.size).toBeGreaterThan(120);
  expect([...keys].filter((key) => !document.includes(`\n- \`${key}\`: `))).toEqual(["kind"]);
  expect(document.match(/\\\[\\\[action\\\]\\\], kind = "\w+"/g)).toHaveLength(11);
});

function keysIn(schema: unknown): Set<string> {
  if (typeof schema !== "object" || schema === null) return new Set();
  const own =
    "properties" in schema && typeof schema.properties === "object" ? Object.keys(schema.properties ?? {}) : [];
  return new Set([...own, ...Object.values(schema).flatMap((part) => [...keysIn(part)])]);
}
