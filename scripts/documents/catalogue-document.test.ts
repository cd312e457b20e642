import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { catalogueDocument } from "./catalogue-document.ts";

test("docs/catalogue.md is made of the sources: npx vitest run scripts/documents/catalogue-document.test.ts -u", async () => {
  const path = join(projectRoot(), "docs/catalogue.md");
  const text = await format(catalogueDocument(), { ...(await resolveConfig(path)), parser: "markdown" });
  await expect(text).toMatchFileSnapshot(path);
});
