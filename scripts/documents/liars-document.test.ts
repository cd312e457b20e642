import { join } from "node:path";
import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { HANDSHAKE_RULES } from "../../harness/observer/handshakes/handshake-rules.ts";
import { MUX_RULES, SERVICE_RULES } from "../../harness/observer/rules/mux-rules.ts";
import { PACKET_RULES } from "../../harness/observer/rules/packet-rules.ts";
import { TCP_RULES } from "../../harness/observer/rules/tcp-rules.ts";
import { LIES } from "../../harness/peer/lies/index.ts";
import { liarsDocument } from "./liars-document.ts";

const DOCUMENTS = ["dsoftbus-transport", "receiving", "services"];

test("docs/liars.md is made of the lies: npx vitest run scripts/documents/liars-document.test.ts -u", async () => {
  const path = join(projectRoot(), "docs/liars.md");
  const text = await format(liarsDocument(LIES), { ...(await resolveConfig(path)), parser: "markdown" });
  await expect(text).toMatchFileSnapshot(path);
});

test("every rule that a lie is said to break is one of the observer's", () => {
  const rules = [...PACKET_RULES, ...MUX_RULES, ...SERVICE_RULES, ...TCP_RULES].map(({ id }) => id);
  const known = new Set([...rules, ...Object.keys(HANDSHAKE_RULES)]);
  const named = Object.values(LIES).flatMap(({ breaks, also = [] }) => (breaks === undefined ? [] : [breaks, ...also]));
  expect(named.filter((rule) => !known.has(rule))).toEqual([]);
});

test("what the guest must do stands in the specification under the id that is named", () => {
  const text = DOCUMENTS.map((name) => readFileSync(join(projectRoot(), `docs/distributed/${name}.md`), "utf8")).join(
    "\n",
  );
  const missing = Object.values(LIES).filter(({ requirement }) => !text.includes(`[${requirement}]`));
  expect(missing.map(({ requirement }) => requirement)).toEqual([]);
});
