import { execa } from "execa";

/** What a package may hold: the rest of the project, recordings above all, is for who works on it. */
const ALLOWED: readonly RegExp[] = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^docs\//,
  /^fixtures\/(?:markers\.toml|profiles\/[a-z0-9-]+\.toml|profiles\/profile\.schema\.json)$/,
  /^images\/init\/[a-z-]+\.(?:sh|cjs)$/,
  /^dist\/(?:contract|harness|images)\/.+\.(?:js|d\.ts)$/,
  /^dist\/scripts\/bundle\.(?:mjs|d\.mts)$/,
  /^dist\/prebuilt\/.+\.[cm]?js(?:\.map)?$/,
];
const NEEDED = [
  "package.json",
  "LICENSE",
  "dist/harness/cli/main.js",
  "dist/harness/lab/vitest.d.ts",
  "dist/prebuilt/agent.cjs",
  "dist/prebuilt/report-page.js",
  "fixtures/markers.toml",
  "images/init/init.sh",
  "images/init/start.cjs",
];
const MAX_BYTES = 16 * 1024 ** 2;

export interface PackedFile {
  readonly path: string;
  readonly bytes: number;
}

/** @returns the files of a tarball of npm's */
export async function packedFiles(tarball: string): Promise<PackedFile[]> {
  const { stdout } = await execa("tar", ["-tvzf", tarball]);
  return stdout.split("\n").map((line) => {
    const [, , bytes, , , ...name] = line.split(/\s+/);
    return { path: name.join(" ").replace(/^package\//, ""), bytes: Number(bytes) };
  });
}

/** @returns what is wrong with them, undefined: nothing */
export function unwanted(files: readonly PackedFile[]): string | undefined {
  const names = files.map(({ path }) => path);
  const strange = names.filter(
    (name) => !ALLOWED.some((pattern) => pattern.test(name)) || /\.test\.|\.fixture\./.test(name),
  );
  const missing = NEEDED.filter((name) => !names.includes(name));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const problems = [
    ...strange.map((name) => `nobody needs ${name}`),
    ...missing.map((name) => `it lacks ${name}`),
    ...(bytes > MAX_BYTES ? [`${bytes} bytes unpacked, at most ${MAX_BYTES}`] : []),
  ];
  return problems.length === 0 ? undefined : problems.join("\n");
}
