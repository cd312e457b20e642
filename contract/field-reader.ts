/** Reads a JSON object field by field; whatever is wrong is told with the path of its key. */

import { ADDRESS_WORDS, canonicalAddress } from "./numeric-address.ts";

/** A configuration that can't be used. */
export class ConfigurationError extends Error {
  readonly code = "CONFIGURATION";
  /** Path of the key, such as `processes[0].listen.port`; empty for the whole. */
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`${key === "" ? "configuration" : key}: ${problem}`);
    this.name = "ConfigurationError";
    this.key = key;
  }
}

export class FieldReader {
  readonly #path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ConfigurationError(path, `must be an object, not ${describe(value)}`);
    }
    this.#path = path;
    this.#fields = value as Readonly<Record<string, unknown>>;
  }

  /** Asking makes the key a known one. */
  has(name: string): boolean {
    return this.#take(name) !== undefined;
  }

  /** @param pattern the whole text must match @param expectation what to tell when it doesn't */
  text(name: string, pattern: RegExp, expectation: string): string {
    const value = this.#take(name);
    if (typeof value !== "string" || !pattern.test(value)) this.#refuse(name, expectation, value);
    return value;
  }

  /** A numeric IPv4 or IPv6 address, in its canonical form. Names are refused: who is dialled must not hang on a resolver. */
  address(name: string): string {
    const value = this.#take(name);
    const canonical = typeof value === "string" ? canonicalAddress(value) : undefined;
    if (canonical === undefined) this.#refuse(name, ADDRESS_WORDS, value);
    return canonical;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#take(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.#refuse(name, `must be one of ${choices.join(", ")}`, value);
    return choice;
  }

  /** A list of different words, each one of `choices`. */
  someOf<T extends string>(name: string, choices: readonly T[]): T[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) this.#refuse(name, "must be a list", value);
    const chosen: T[] = [];
    for (const [index, entry] of (value as readonly unknown[]).entries()) {
      const choice = choices.find((candidate) => candidate === entry);
      if (choice === undefined) this.#refuse(`${name}[${index}]`, `must be one of ${choices.join(", ")}`, entry);
      if (chosen.includes(choice)) this.#refuse(`${name}[${index}]`, "must be another than those before it", entry);
      chosen.push(choice);
    }
    return chosen;
  }

  /** A whole number between two bounds, both included. */
  integer(name: string, minimum: number, maximum: number): number {
    const value = this.#take(name);
    if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
      this.#refuse(name, `must be a whole number from ${minimum} to ${maximum}`, value);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") this.#refuse(name, "must be true or false", value);
    return value;
  }

  object<T>(name: string, read: (fields: FieldReader) => T): T {
    const path = this.pathOf(name);
    return readObject(this.#take(name), path, read);
  }

  list<T>(name: string, maxLength: number, read: (fields: FieldReader) => T): T[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) this.#refuse(name, "must be a list", value);
    if (value.length > maxLength) {
      throw new ConfigurationError(this.pathOf(name), `must have at most ${maxLength} entries, not ${value.length}`);
    }
    return value.map((entry: unknown, index) => readObject(entry, `${this.pathOf(name)}[${index}]`, read));
  }

  pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  /** Every key must have been asked for: a misspelt one is never silently ignored. */
  refuseOthers(): void {
    for (const name of Object.keys(this.#fields)) {
      if (!this.#read.has(name)) {
        throw new ConfigurationError(this.pathOf(name), `is not a known key; known are ${[...this.#read].join(", ")}`);
      }
    }
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  #refuse(name: string, expectation: string, value: unknown): never {
    throw new ConfigurationError(this.pathOf(name), `${expectation}, not ${describe(value)}`);
  }
}

/** Reads one object whole: unknown keys are refused after `read`. */
export function readObject<T>(value: unknown, path: string, read: (fields: FieldReader) => T): T {
  const fields = new FieldReader(value, path);
  const result = read(fields);
  fields.refuseOthers();
  return result;
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
