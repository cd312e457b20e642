import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { nearestName } from "../../../contract/nearest-name.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { PLAN_FILE } from "../../run/result/plan-file.ts";
import { DOOR_LINK_SUFFIX } from "../../worlds/live/door/door-words.ts";

const planSchema = z.object({ nodes: z.array(z.object({ name: z.string() })) });

/** @param run a folder, the name of one in `runsFolder`, or `latest` @returns undefined: there is no such run */
export function runFolderOf(run: string, runsFolder: string): string | undefined {
  const candidates = [isAbsolute(run) ? run : resolve(run), join(runsFolder, run)];
  return candidates.find((path) => existsSync(join(path, PLAN_FILE)) && statSync(path).isDirectory());
}

/** @returns runs that still go on, by the names of their folders */
export function runsThatGoOn(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder).filter((name) => name !== "latest" && doorsIn(join(runsFolder, name)).length > 0);
}

/** @returns the machines of a run that can be attached to now */
export function doorsIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(DOOR_LINK_SUFFIX))
    .map((name) => name.slice(0, -DOOR_LINK_SUFFIX.length))
    .sort();
}

/**
 * @param node undefined: the only one
 * @returns the path of the machine's socket
 * @throws HarnessError `attach-ended`, `attach-no-console`, `usage`
 */
export function doorOf(folder: string, node: string | undefined): { readonly node: string; readonly path: string } {
  const open = doorsIn(folder);
  const nodes = nodesOf(folder);
  if (node !== undefined && !nodes.includes(node)) {
    const near = nearestName(node, nodes);
    throw new HarnessError(
      "usage",
      `the run has no node ${node}`,
      near === undefined ? `it has ${nodes.join(", ")}` : `did you mean ${near}?`,
    );
  }
  if (open.length === 0) throw endedError(folder);
  const [only, another] = open;
  if (node === undefined && another !== undefined)
    throw new HarnessError(
      "usage",
      `the run has several machines: ${open.join(", ")}`,
      `name one: udpsec attach ${folder} ${only ?? ""}`,
    );
  const asked = node ?? only ?? "";
  if (!open.includes(asked)) {
    const hint = `those with one are ${open.join(", ")}; ${join(folder, `${asked}-console.txt`)} has what it said once the run has ended`;
    throw new HarnessError(
      "attach-no-console",
      `${asked} has no console now: it has ended, or is a process on the host`,
      hint,
    );
  }
  return { node: asked, path: join(folder, `${asked}${DOOR_LINK_SUFFIX}`) };
}

export function endedError(folder: string): HarnessError {
  const hint = "what its machines said is in NODE-console.txt there; udpsec attach PROFILE boots them again";
  return new HarnessError("attach-ended", `the run in ${folder} has ended, or its machines have not started yet`, hint);
}

function nodesOf(folder: string): string[] {
  try {
    return planSchema.parse(JSON.parse(readFileSync(join(folder, PLAN_FILE), "utf8"))).nodes.map(({ name }) => name);
  } catch (cause) {
    throw new HarnessError("run-damaged", `${folder} has no plan that can be read`, "run the profile again", { cause });
  }
}
