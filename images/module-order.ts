import { normaliseModuleName } from "./module-info.ts";

/** A module that nothing provides, or a circle of dependencies. */
export class ModuleOrderError extends Error {
  override readonly name = "ModuleOrderError";
  readonly code = "module-order";
}

/**
 * The order in which modules can be loaded: every one after those it depends on, each once.
 *
 * @param wanted names, in the order of wish
 * @param dependsOf what a module depends on; undefined when there is no such module
 * @param builtIn names that the kernel has built in, which need no loading
 * @throws ModuleOrderError
 */
export function loadOrder(
  wanted: readonly string[],
  dependsOf: (name: string) => readonly string[] | undefined,
  builtIn: ReadonlySet<string>,
): readonly string[] {
  const order = new Set<string>();
  const path: string[] = [];
  const visit = (rawName: string): void => {
    const name = normaliseModuleName(rawName);
    if (order.has(name) || builtIn.has(name)) return;
    if (path.includes(name))
      throw new ModuleOrderError(`modules depend on each other: ${[...path, name].join(" -> ")}`);
    const depends = dependsOf(name);
    if (depends === undefined) throw new ModuleOrderError(`no module ${[...path, name].join(" -> ")}`);
    path.push(name);
    for (const dependency of depends) visit(dependency);
    path.pop();
    order.add(name);
  };
  for (const name of wanted) visit(name);
  return [...order];
}
