import { z } from "zod";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Of tables whose keys are free. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** @param path as in an issue of zod @returns the keys that a table at this place may have */
export function knownKeysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return [...new Set(nodesAt(schema, path).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** @returns the words that a value at this place may be */
export function knownValuesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const values = nodesAt(schema, path).flatMap((node) => [
    ...(node.enum ?? []),
    ...(node.const === undefined ? [] : [node.const]),
  ]);
  return [...new Set(values.map(String))];
}

function nodesAt(schema: z.ZodType, path: readonly PropertyKey[]): SchemaNode[] {
  let nodes = variants(z.toJSONSchema(schema, { io: "input" }) as SchemaNode);
  for (const step of path) nodes = nodes.flatMap((node) => below(node, step)).flatMap(variants);
  return nodes;
}

function below({ items, properties, additionalProperties: free }: SchemaNode, step: PropertyKey): SchemaNode[] {
  if (typeof step === "number") return items === undefined ? [] : [items];
  const named = properties?.[String(step)];
  if (named !== undefined) return [named];
  return typeof free === "object" ? [free] : [];
}

function variants(node: SchemaNode): SchemaNode[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return [node, ...inner.flatMap(variants)];
}
