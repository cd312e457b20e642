import { suggestion } from "../../../contract/nearest-name.ts";
import type { TomlIssue } from "../toml/toml-file.ts";
import type { Choice } from "./variants.ts";

/** `${loss}`; `$${` is `${` itself. */
const VARIABLE = /\$(\$\{|\{([^{}]*)\})/g;
const ALONE = /^\$\{([^{}]*)\}$/;

export interface Substituted {
  readonly value: unknown;
  /** Names that stood somewhere. */
  readonly used: ReadonlySet<string>;
  readonly issues: readonly TomlIssue[];
}

/**
 * Puts the values of a choice where their names stand. A text that is a name and nothing else becomes the value, whatever its type; within
 * a longer text the value is written out.
 *
 * @param tree a document of TOML, but for its `[matrix]`
 */
export function substitute(tree: unknown, choice: Choice): Substituted {
  const used = new Set<string>();
  const issues: TomlIssue[] = [];
  const valueOf = (name: string, path: readonly PropertyKey[]): unknown => {
    used.add(name);
    const value = choice.get(name);
    if (value === undefined)
      issues.push({
        path,
        message: `no ${name} in [matrix]${suggestion(name, choice.keys())}; a plain \${ is written $\${`,
      });
    return value;
  };
  const walk = (node: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof node === "string") return text(node, (name) => valueOf(name, path));
    if (Array.isArray(node)) return node.map((one, at) => walk(one, [...path, at]));
    if (!isTable(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, walk(one, [...path, key])]));
  };
  return { value: walk(tree, []), used, issues };
}

function text(written: string, valueOf: (name: string) => unknown): unknown {
  const [, alone] = ALONE.exec(written) ?? [];
  if (alone !== undefined) return valueOf(alone);
  return written.replace(VARIABLE, (_, kind: string, name: string | undefined) =>
    name === undefined ? kind : String(valueOf(name)),
  );
}

/** A date of TOML is an object too, and no table. */
function isTable(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null && !(node instanceof Date);
}
