/**
 * Bundles a program so that it can tell which files of the project ran: every function begins by naming its file to the recorder
 * (`recorder.ts`). The bundle runs in a process of its own, so neither the test runner nor its coverage shows in the record.
 */
import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import * as esbuild from "esbuild";
import { execa } from "execa";
import ts from "typescript";
import { projectRoot } from "../../harness/host/project-root.ts";
import { ENTERED } from "./recorder.ts";

/** @param program a file of this folder that prints its record as JSON @returns the files that ran, in the order of their first function */
export async function filesThatRun(program: string): Promise<string[]> {
  const outfile = join(projectRoot(), "build/run", `ways-${program.replace(/\.ts$/, "")}.mjs`);
  await esbuild.build({
    entryPoints: [join(projectRoot(), "scripts/ways", program)],
    bundle: true,
    outfile,
    platform: "node",
    format: "esm",
    target: "node20.19",
    external: ["esbuild"],
    // Under a name of its own: a program may import the same.
    banner: {
      js: 'import { createRequire as createRequireForBundle } from "node:module"; const require = createRequireForBundle(import.meta.url);',
    },
    plugins: [tellingFiles],
    logLevel: "silent",
  });
  const { stdout } = await execa(process.execPath, [outfile], { cwd: projectRoot() });
  return JSON.parse(stdout) as string[];
}

const tellingFiles: esbuild.Plugin = {
  name: "telling-files",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const name = relative(projectRoot(), path).split(sep).join("/");
      const text = await readFile(path, "utf8");
      const isWatched = /^(?:contract|guest|harness|images)\//.test(name) && !name.endsWith(".fixture.ts");
      return { contents: isWatched ? tellEntries(text, name) : text, loader: "ts" };
    });
  },
};

/** @returns the source in which each function, and each initial value of a field, first names the file */
export function tellEntries(text: string, name: string): string {
  const call = `globalThis.${ENTERED}?.(${JSON.stringify(name)})`;
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const wrap = (expression: ts.Node): void => {
    insertions.push({ at: expression.getStart(), text: `(${call}, ` }, { at: expression.getEnd(), text: ")" });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const body = node.body as ts.Node;
      if (ts.isBlock(body)) insertions.push({ at: body.getStart() + 1, text: `${call};` });
      else wrap(body);
    }
    if (ts.isPropertyDeclaration(node) && node.initializer !== undefined) wrap(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true));
  // From the end, so that places stay where they were found; of two in one place the later found is the inner one.
  return insertions
    .map((insertion, found) => ({ ...insertion, found }))
    .sort((a, b) => b.at - a.at || b.found - a.found)
    .reduce((result, { at, text: added }) => result.slice(0, at) + added + result.slice(at), text);
}
