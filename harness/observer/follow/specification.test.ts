/** Every rule of the specification is where a finding says that it stands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rulesIn } from "../../../scripts/requirements/requirements.ts";
import { placeOfRequirement } from "./specification.ts";

const root = join(import.meta.dirname, "../../..");
/** Of handshakes, markers and the like, which no rule about packets names. */
const NOT_OURS = /^(I|H|S|X|K|D)-/;

test("the places are those of the documents", () => {
  const documents = ["dsoftbus-transport", "receiving", "services"].map((name) => `docs/distributed/${name}.md`);
  const rules = documents.flatMap((path) => rulesIn({ path, text: readFileSync(join(root, path), "utf8") }));
  const wrong = rules
    .filter(({ id }) => !NOT_OURS.test(id) || id === "H-49" || id === "H-57")
    .map(({ id, document, anchor }) => ({ id, place: `${document.slice("docs/distributed/".length)}#${anchor}` }))
    .filter(({ id, place }) => placeOfRequirement(id) !== place);
  expect(wrong).toEqual([]);
  expect(rules.length).toBeGreaterThan(350);
});
