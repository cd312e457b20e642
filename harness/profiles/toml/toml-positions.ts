import { parseTOML, type AST } from "toml-eslint-parser";

type Path = readonly PropertyKey[];

/** Where the keys of a TOML text stand. */
export class TomlPositions {
  readonly #lines = new Map<string, number>();

  /** @param toml a text that parses */
  constructor(toml: string) {
    for (const item of parseTOML(toml).body[0].body) {
      if (item.type === "TOMLTable") {
        this.#set(item.resolvedKey, item.loc.start.line);
        for (const entry of item.body) this.#keyValue(item.resolvedKey, entry);
      } else {
        this.#keyValue([], item);
      }
    }
  }

  /** @returns the line (from 1) of a key, else of what holds it */
  lineOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(pathKey(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #keyValue(parent: Path, entry: AST.TOMLKeyValue): void {
    const keys = entry.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
    const path = [...parent, ...keys];
    this.#set(path, entry.loc.start.line);
    this.#value(path, entry.value);
  }

  #value(path: Path, value: AST.TOMLContentNode): void {
    if (value.type === "TOMLArray") {
      value.elements.forEach((element, index) => {
        this.#set([...path, index], element.loc.start.line);
        this.#value([...path, index], element);
      });
    } else if (value.type === "TOMLInlineTable") {
      for (const entry of value.body) this.#keyValue(path, entry);
    }
  }

  #set(path: Path, line: number): void {
    const key = pathKey(path);
    if (!this.#lines.has(key)) this.#lines.set(key, line);
  }
}

function pathKey(path: Path): string {
  return JSON.stringify(path.map(String));
}
