import { dirname, join } from "node:path";
import { z } from "zod";
import { TomlPositions } from "../toml/toml-positions.ts";
import { readToml, tomlError, type TomlFile } from "../toml/toml-file.ts";
import { checkReferences } from "./check-references.ts";
import { filesOfPattern, patternProblem } from "./include-pattern.ts";
import { rootFile, writtenMarker, writtenPhase, writtenProfile } from "./manifest-files.ts";
import { manifestText } from "./manifest-text.ts";
import type { ProofManifest, Written } from "./proof-manifest.ts";

/** A manifest of so many files is none. */
const MAX_FILES = 256;

/** Of a manifest that is being read: every file by its path. */
type Sources = Map<string, TomlFile>;

/**
 * Reads the manifest of another project (`format = "proof-manifest-2"`) as it is: the root, and the files that its patterns include.
 *
 * @param path of the root @throws HarnessError `proof-manifest-invalid`: file, line, key, and the nearest name
 */
export function readProofManifest(path: string): ProofManifest {
  const root = readSource(path);
  const sources: Sources = new Map([[path, root]]);
  const { meta, include } = readToml(root, rootFile, "the manifest");
  const included = (kind: keyof typeof include): string[] => includedFiles(root, kind, include[kind]);
  const phases = readTables(included("phases"), sources, "phase", writtenPhase);
  const markers = readTables(included("markers"), sources, "marker", writtenMarker);
  const profiles = readTables(included("profiles"), sources, "profile", writtenProfile);
  const manifest: ProofManifest = {
    ...{ file: path, defaultProfile: meta.default_profile },
    phases: phases.map(({ key, ...phase }) => ({ name: key, ...phase })).sort((a, b) => a.order - b.order),
    markers: markers.map(({ key, ...marker }) => ({ literal: key, ...marker })),
    profiles: new Map(profiles.map(({ key, ...profile }) => [key, { name: key, ...profile }])),
  };
  const [issue] = checkReferences(manifest);
  if (issue === undefined) return manifest;
  const file = sources.get(issue.file) ?? root;
  throw tomlError(file, [issue]);
}

function readSource(path: string): TomlFile {
  const hint = "docs/writing-a-profile.md#the-manifest-of-another-project shows one";
  return { name: path, text: manifestText(path, "the root of a manifest"), code: "proof-manifest-invalid", hint };
}

function includedFiles(root: TomlFile, kind: string, pattern: string): string[] {
  const fail = (message: string) => tomlError(root, [{ path: ["include", kind], message: `${kind}: ${message}` }]);
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw fail(problem);
  const folder = dirname(root.name);
  const files = filesOfPattern(folder, pattern);
  if (files.length === 0) throw fail(`no file fits ${pattern}`);
  if (files.length > MAX_FILES) throw fail(`${files.length} files fit ${pattern}, at most ${MAX_FILES} are read`);
  return files.map((file) => join(folder, file));
}

/** @param table which kind of table the files hold, and no other @throws HarnessError for one that is there twice, whatever the files */
function readTables<Schema extends z.ZodObject>(
  paths: readonly string[],
  sources: Sources,
  table: string,
  schema: Schema,
): (z.output<Schema> & Written & { readonly key: string })[] {
  const places = new Map<string, string>();
  return paths.flatMap((path) => {
    const file = readSource(path);
    sources.set(path, file);
    const read = readToml(file, z.strictObject({ [table]: z.record(z.string(), schema).default({}) }), "the file");
    const positions = new TomlPositions(file.text);
    return Object.entries(read[table] ?? {}).map(([key, one]) => {
      const line = positions.lineOf([table, key]);
      const earlier = places.get(key);
      if (earlier !== undefined)
        throw tomlError(file, [
          { path: [table, key], message: `${table} "${key}" is there twice, first in ${earlier}` },
        ]);
      places.set(key, `${path}:${line}`);
      return { ...one, key, file: path, line };
    });
  });
}
