import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { PICTURES } from "./pictures.ts";

const docs = join(projectRoot(), "docs");
const made = PICTURES.map(({ name }) => `${name}.webp`);

it("one command makes every picture, and no document shows another", () => {
  expect(readdirSync(join(docs, "pictures")).sort()).toEqual(made.toSorted());
  const texts = readdirSync(docs).filter((name) => name.endsWith(".md"));
  const shown = texts.flatMap((name) => [
    ...readFileSync(join(docs, name), "utf8").matchAll(/!\[[^\]]+\]\(pictures\/([^)]+)\)/g),
  ]);
  expect(shown.map(([, name]) => name).sort()).toEqual(made.toSorted());
});

it("they are small", () => {
  for (const name of made) expect(statSync(join(docs, "pictures", name)).size, name).toBeLessThan(100 * 1024);
});
