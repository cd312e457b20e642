/** What docs/architecture.md, docs/how-to-add.md, docs/glossary.md and docs/debugging.md say of the tree is true of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { STAGES } from "../stages.ts";

const read = (document: string): string => readFileSync(join(projectRoot(), "docs", document), "utf8");

/** @returns folders that hold a file: moving the last one out of a folder leaves an empty one in a checkout, which git doesn't know */
function foldersIn(path: string): string[] {
  return readdirSync(join(projectRoot(), path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`)
    .filter((folder) => hasFile(join(projectRoot(), folder)));
}

function hasFile(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => entry.isFile());
}

/** @returns the folders of the layout, with the folders that they stand under */
function roomsOf(layout: string): string[] {
  const rooms: string[] = [];
  const above: string[] = [];
  for (const line of layout.split("\n")) {
    const [, indent = "", name] = /^( *)([a-z0-9-]+)\/(?: |$)/.exec(line) ?? [];
    if (name === undefined) continue;
    above.length = indent.length / 2;
    above.push(name);
    rooms.push(above.join("/"));
  }
  return rooms;
}

describe("the rooms of docs/architecture.md", () => {
  const [, layout = ""] = /## The rooms\n\n```\n(.*?)```/s.exec(read("architecture.md")) ?? [];
  const rooms = roomsOf(layout);

  it.each(["contract", "guest", "guest/core", "harness"])("in %s are its folders, all of them and no other", (path) => {
    const told = rooms.filter((room) => dirname(room) === path).sort();
    expect(told).toEqual(foldersIn(path).sort());
  });

  it("stand where they are said to stand", () => {
    expect(rooms.filter((room) => !existsSync(join(projectRoot(), room)))).toEqual([]);
  });
});

describe("docs/how-to-add.md", () => {
  const text = read("how-to-add.md");
  const sections = text.split("\n## ").slice(1);
  const filesOf = (section: string): string[] =>
    [...section.matchAll(/`([a-z-]+\/[A-Za-z0-9_./-]+)`/g)].map(([, file = ""]) => file);

  it("has a section for everything that people add", () => {
    expect(sections.map((section) => section.split("\n")[0])).toEqual([
      "A congestion controller",
      "A kind of fault",
      "An action",
      "A probe",
      "A service",
      "A marker",
      "A rule of evidence",
      "A rule of the observer",
      "A reporter",
      "A guest",
      "A kind of guest that needs code",
      "A command",
      "An attack",
      "A lie",
      "A case of conformance",
      "A scenario",
    ]);
  });

  it.each(sections.map((section) => [section.split("\n")[0] ?? "", section]))("%s: every file exists", (_, section) => {
    const files = filesOf(section);
    expect(files.length).toBeGreaterThan(0);
    // A file that is to be made has NAME in it: what must exist then is its folder.
    const places = files.map((file) =>
      file.includes("NAME") ? file.slice(0, file.indexOf("NAME")).replace(/[^/]*$/, "") : file,
    );
    expect(places.filter((place) => !existsSync(join(projectRoot(), place)))).toEqual([]);
  });
});

describe("who may import whom", () => {
  it("in the harness is what the import rules say, layer by layer", () => {
    const [, block = ""] =
      /Each may import those in the lines below its own:\n\n```\n(.*?)```/s.exec(read("architecture.md")) ?? [];
    const layers = block
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    const told = layers.flatMap((rooms, line) =>
      rooms.map((room): [string, string[]] => [room, [room, ...layers.slice(line + 1).flat()].sort()]),
    );
    const rules = harnessRules();
    expect(told.length).toBeGreaterThan(10);
    expect(Object.fromEntries(told)).toEqual(rules);
  });
});

/** @returns for each room of the harness the rooms that .dependency-cruiser.cjs lets it import, itself among them */
function harnessRules(): Readonly<Record<string, readonly string[]>> {
  const { forbidden } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as {
    readonly forbidden: readonly { readonly name: string; readonly to: { readonly pathNot?: readonly string[] } }[];
  };
  const rules = forbidden.flatMap(({ name, to: { pathNot: allowed = [] } }): [string, readonly string[]][] => {
    const room = /^harness-([a-z0-9-]+)$/.exec(name)?.[1];
    // Rules that are not about one room let it import nothing.
    if (room === undefined || !allowed.includes(`^harness/${room}/`)) return [];
    return [[room, allowed.map((path) => path.replace(/^\^harness\/|\/$/g, "")).sort()]];
  });
  return Object.fromEntries(rules);
}

describe("docs/glossary.md", () => {
  const inCode = [...read("glossary.md").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  const sources = ["guest", "harness"].flatMap((folder) =>
    readdirSync(join(projectRoot(), folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => readFileSync(join(projectRoot(), folder, path), "utf8")),
  );

  it("names types and functions that exist", () => {
    const names = inCode.filter((word) => /^[A-Z][A-Za-z]+$/.test(word));
    expect(names.length).toBeGreaterThan(10);
    const missing = names.filter((name) => {
      const declared = new RegExp(`^export (?:abstract )?(?:class|interface|type) ${name}\\b`, "m");
      return !sources.some((source) => declared.test(source));
    });
    expect(missing).toEqual([]);
  });

  it("names files and folders that exist", () => {
    const paths = inCode.filter((word) => /^(?:guest|harness|docs)\//.test(word));
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(join(projectRoot(), path)))).toEqual([]);
  });
});

it("each program of harness/e2e is a stage of the thorough checks, and docs/debugging.md says what it is for", () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const programs = readdirSync(join(projectRoot(), "harness/e2e")).filter(
    (file) => !/\.(?:test|fixture)\.ts$/.test(file),
  );
  expect(programs.length).toBeGreaterThan(0);
  for (const file of programs) {
    const path = `harness/e2e/${file}`;
    expect(
      STAGES.some(({ command }) => command.includes(path)),
      `a stage of ${path}`,
    ).toBe(true);
    const [name] = Object.entries(scripts).find(([, command]) => command.endsWith(path)) ?? [];
    expect(read("debugging.md")).toContain(`npm run -s ${name ?? path} `);
  }
});
