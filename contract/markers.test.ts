import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { MARKERS } from "./markers.ts";

const SAMPLE_PORT = 37_021;

const manifest = parse(readFileSync(new URL("../fixtures/markers.toml", import.meta.url), "utf8")) as {
  marker: { id: string; text: string }[];
};

// Requirement: K-1
test("the guest prints the markers of the manifest, all of them and no others", () => {
  const printed = Object.values(MARKERS).map((marker) => (typeof marker === "string" ? marker : marker(SAMPLE_PORT)));
  const listed = manifest.marker.map((marker) => marker.text.replace("<port:port>", String(SAMPLE_PORT)));
  expect(printed.sort()).toEqual(listed.sort());
});
