/**
 * Every file of fixtures/vectors that is made here: it is what its maker makes, the core makes and reads what it says, and gives its
 * verdicts, with both implementations of the primitives.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nobleCrypto } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { checkAcknowledgements } from "./checker/check-acknowledgements.ts";
import { checkIdentity } from "./checker/check-identity.ts";
import { checkMux } from "./checker/check-mux.ts";
import { checkServices } from "./checker/check-services.ts";
import { tcpChecks } from "./checker/check-tcp.ts";
import { udpHandshakeChecks } from "./checker/check-udp-handshake.ts";
import { udpPacketChecks } from "./checker/check-udp-packets.ts";
import { type Fields, isFields, textField } from "./checker/json-fields.ts";
import type { FileChecks, VectorCheck } from "./checker/vector-check.ts";
import { makeAll } from "./maker/make-all.ts";
import { textOfFile } from "./maker/vector-file.ts";

export interface CheckedVector {
  readonly file: string;
  readonly name: string;
  /** `made`: the committed file is what the maker makes. */
  readonly direction: "made" | "encode" | "decode" | "refuse";
  readonly problem: string | undefined;
}

interface ParsedVectors {
  readonly name: string;
  readonly vectors: readonly Fields[];
  readonly negative: readonly Fields[];
}

/** @param folder fixtures/vectors @returns one result for each vector and direction */
export async function checkFiles(folder: string): Promise<CheckedVector[]> {
  const made = makeAll();
  const texts = new Map(made.map(({ name }) => [name, readOrNothing(join(folder, `${name}.json`))]));
  const results: CheckedVector[] = made.map((file) => {
    const problem = texts.get(file.name) === textOfFile(file) ? undefined : "differs: npm run -s vectors -- --write";
    return { file: file.name, name: "the file", direction: "made", problem };
  });
  // What is checked is what others read: the committed text, not what it was made from.
  const parsed = new Map([...texts].map(([name, text]) => [name, parse(name, text)]));
  for (const file of parsed.values()) results.push(...(await checkFile(file, checksOf(file, parsed))));
  return results;
}

async function checkFile(file: ParsedVectors, checks: FileChecks): Promise<CheckedVector[]> {
  const results: CheckedVector[] = [];
  const check = async (vector: Fields, direction: "encode" | "decode" | "refuse"): Promise<void> => {
    const problem = await problemOf(checks[direction], vector);
    results.push({ file: file.name, name: textField(vector, "name"), direction, problem });
  };
  for (const vector of file.vectors) {
    await check(vector, "encode");
    await check(vector, "decode");
  }
  for (const vector of file.negative) await check(vector, "refuse");
  return results;
}

async function problemOf(check: VectorCheck, vector: Fields): Promise<string | undefined> {
  for (const crypto of [nativeCrypto, nobleCrypto]) {
    try {
      const problem = await check(vector, crypto);
      if (problem !== undefined) return `${problem} (with ${crypto.name} crypto)`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

function checksOf(file: ParsedVectors, all: ReadonlyMap<string, ParsedVectors>): FileChecks {
  const first = (name: string): Fields => all.get(name)?.vectors[0] ?? {};
  switch (file.name) {
    case "identity":
      return checkIdentity;
    case "udp-handshake":
      return udpHandshakeChecks(first("udp-handshake"));
    case "udp-packets":
      return udpPacketChecks(first("udp-handshake"), file.vectors);
    case "acknowledgements":
      return checkAcknowledgements;
    case "tcp":
      return tcpChecks(first("tcp"));
    case "mux":
      return checkMux;
    default:
      return checkServices;
  }
}

/** A file that is no JSON differs from what is made, which is told already. */
function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function parse(name: string, text: string): ParsedVectors {
  const file = parsedOrNothing(text);
  const list = (key: string): Fields[] => {
    const value = isFields(file) ? file[key] : undefined;
    return Array.isArray(value) ? value.filter(isFields) : [];
  };
  return { name, vectors: list("vectors"), negative: list("negative") };
}
