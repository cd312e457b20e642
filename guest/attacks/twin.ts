/** The stack with one defence taken out, bundled together with every attack. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Attack, Defence } from "./attack.ts";

const ENTRY = "guest/attacks/run-all.ts";

/** A defence whose text isn't there, or is there twice: nobody knows what the twin would lack. */
export class DefenceError extends Error {
  readonly code = "DEFENCE_NOT_FOUND";
}

/**
 * @param root folder of the project
 * @param defence what is taken out; undefined for the stack as it is
 * @returns path of the bundle
 * @throws DefenceError
 */
export async function bundleAttackers(root: string, name: string, defence: Defence | undefined): Promise<string> {
  const folder = join(root, "build", "attacks");
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
    plugins: defence === undefined ? [] : [without(root, defence)],
  });
  return outfile;
}

/** @returns the source without the defence @throws DefenceError */
export function withoutDefence(source: string, { file, find, replace }: Defence): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new DefenceError(`${file} holds ${places} times: ${find}`);
  return source.replace(find, () => replace);
}

function without(root: string, defence: Defence): Plugin {
  return {
    name: "without-defence",
    setup: (bundler) => {
      bundler.onLoad({ filter: new RegExp(`${defence.file.replaceAll(/[.\\]/g, "\\$&")}$`) }, ({ path }) => {
        if (path !== join(root, defence.file)) return undefined;
        return { contents: withoutDefence(readFileSync(path, "utf8"), defence), loader: "ts" };
      });
    },
  };
}

/** @returns what is wrong with the catalogue itself; empty: nothing */
export function checkCatalogue(root: string, attacks: readonly Attack[]): string[] {
  const wrong: string[] = [];
  const ids = new Set<string>();
  const defences = new Set<string>();
  for (const { id, defence } of attacks) {
    if (ids.has(id)) wrong.push(`${id}: there are two of this name`);
    ids.add(id);
    const place = `${defence.file} ${defence.find}`;
    if (defences.has(place)) wrong.push(`${id}: another attack has the same defence`);
    defences.add(place);
    try {
      withoutDefence(readFileSync(join(root, defence.file), "utf8"), defence);
    } catch (error) {
      wrong.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return wrong;
}
