import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { loadProfile, profileNames } from "../../harness/profiles/load.ts";
import { evidenceDocument } from "./evidence-document.ts";

test("docs/evidence.md is the record of markers: npx vitest run scripts/documents/evidence-document.test.ts -u", async () => {
  const path = join(projectRoot(), "docs/evidence.md");
  const all = profileNames().flatMap((name) => loadProfile(name).manifest.markers);
  const markers = [...new Map(all.map((marker) => [marker.id, marker])).values()];
  const text = await format(evidenceDocument(markers), { ...(await resolveConfig(path)), parser: "markdown" });
  await expect(text).toMatchFileSnapshot(path);
});
