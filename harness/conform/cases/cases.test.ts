import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../host/project-root.ts";
import { chooseCases } from "../run/choose-cases.ts";
import { sectionOf, sentenceOf } from "../stage/conform-case.ts";
import { SECTION_ORDER, SECTIONS } from "../stage/sections.ts";
import { CASES } from "./index.ts";

const ALL = { only: [], isQuick: false };

describe("the cases", () => {
  test("are about three hundred, each with an id of its own, in the order of the sections", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(290);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    const places = CASES.map((one) => SECTION_ORDER.indexOf(sectionOf(one)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("say in one sentence what is sent and what must happen", () => {
    for (const one of CASES) expect(sentenceOf(one), one.id).toMatch(/^[^.].*[^.]; the target must .*[^.]$/s);
  });

  test("stand in sections that the specification has, under its titles", () => {
    const text = readFileSync(join(projectRoot(), "docs/distributed/dsoftbus-transport.md"), "utf8");
    const numbered = Object.entries(SECTIONS).filter(([section]) => section !== "services");
    expect(numbered.filter(([section, title]) => !new RegExp(`^#+ ${section}\\.? ${title}$`, "m").test(text))).toEqual(
      [],
    );
  });
});

describe("a choice of cases", () => {
  const ids = (only: readonly string[], isQuick = false): readonly string[] =>
    chooseCases(CASES, { only, isQuick }).map(({ id }) => id);

  test("is a section with all below it, an id, or a glob", () => {
    expect(ids([])).toHaveLength(CASES.length);
    expect(new Set(chooseCases(CASES, { ...ALL, only: ["3"] }).map(sectionOf))).toEqual(
      new Set(["3", "3.1", "3.2", "3.3", "3.4", "3.5"]),
    );
    expect(ids(["3.5/msg3-again"])).toEqual(["3.5/msg3-again"]);
    expect(ids(["*/msg3-*", "3.5/msg3-again"]).every((id) => id.includes("/msg3-"))).toBe(true);
    expect(ids(["3.4/*cookie*"]).length).toBeGreaterThan(3);
    expect(ids(["3.4/*another-half"])).toEqual(["3.4/cookie-of-another-half"]);
  });

  test("leaves out what waits for timers", () => {
    const slow = CASES.filter(({ isSlow }) => isSlow === true).map(({ id }) => id);
    expect(slow.length).toBeGreaterThan(0);
    expect(ids([], true)).toEqual(CASES.map(({ id }) => id).filter((id) => !slow.includes(id)));
  });

  test("that means nothing is told, with what may have been meant", () => {
    expect(() => ids(["3.5/msg3-agian"])).toThrow(expect.objectContaining({ code: "usage" }));
    expect(() => ids(["3.5/msg3-agian"])).toThrow(/did you mean 3.5\/msg3-again/);
    expect(() => ids(["99"])).toThrow(/no case is meant by 99/);
  });
});
