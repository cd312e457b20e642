import { expect, it } from "vitest";
import { LiteralMarkers } from "./literal-markers.ts";

const entry = (text: string) => ({ id: text, text, process: "p", proves: "", evidence: [] });
const texts = ["net: ok", "net: ok (again)", "SELFTEST: net ", "boot: 100%"];
const shown = (line: string, match: "contains" | "line" = "contains"): string[] =>
  new LiteralMarkers(texts.map(entry), match).matches(line).map(({ marker }) => marker.id);

it.each<[string, string[]]>([
  ["net: ok", ["net: ok"]],
  ["[    1.5] net: ok", ["net: ok"]],
  ["net: ok (again)", ["net: ok (again)"]],
  ["net: ok (again) net: ok", ["net: ok (again)", "net: ok"]],
  ["SELFTEST: net ping boot: 100%", ["SELFTEST: net ", "boot: 100%"]],
  ["net: okay", ["net: ok"]],
  ["net: Ok", []],
  ["boot: 100x", []],
  ["", []],
])("%j shows %j", (line, ids) => {
  expect(shown(line)).toEqual(ids);
});

it("of whole lines takes those alone", () => {
  expect(shown("net: ok", "line")).toEqual(["net: ok"]);
  expect(shown(" net: ok", "line")).toEqual([]);
  expect(shown("net: ok (again)", "line")).toEqual(["net: ok (again)"]);
});
