import { parse } from "smol-toml";
import { z } from "zod";
import { TomlPositions } from "./toml/toml-positions.ts";

/** As much of a profile's file as says where its rungs are. */
const rungsSchema = z.object({
  node: z.array(z.object({ name: z.string(), rung: z.array(z.object({ marker: z.string() })).default([]) })),
});

/**
 * @param text of a profile's file
 * @returns the line (from 1) where a rung of a node is written, else of the node, else 1
 */
export function lineOfRung(text: string, rung: { readonly node: string; readonly marker: string }): number {
  const read = rungsSchema.safeParse(parse(text)).data;
  const node = read?.node.findIndex(({ name }) => name === rung.node) ?? -1;
  const at = read?.node[node]?.rung.findIndex(({ marker }) => marker === rung.marker) ?? -1;
  return node === -1 ? 1 : new TomlPositions(text).lineOf(["node", node, ...(at === -1 ? [] : ["rung", at])]);
}
