/** Files of vectors as text: the core makes and reads what they say, and gives their verdicts. Needs nothing of a host. */
import type { CryptoPrimitives } from "../../../guest/core/index.ts";
import { checkAcknowledgements } from "./check-acknowledgements.ts";
import { checkIdentity } from "./check-identity.ts";
import { checkMux } from "./check-mux.ts";
import { checkServices } from "./check-services.ts";
import { tcpChecks } from "./check-tcp.ts";
import { udpHandshakeChecks } from "./check-udp-handshake.ts";
import { udpPacketChecks } from "./check-udp-packets.ts";
import { type Fields, isFields, textField } from "./json-fields.ts";
import type { FileChecks, VectorCheck } from "./vector-check.ts";

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

/**
 * @param texts by name of the file, without its ending
 * @param primitives each vector is checked with each of them
 * @returns one result for each vector and direction
 */
export async function checkTexts(
  texts: ReadonlyMap<string, string>,
  primitives: readonly CryptoPrimitives[],
): Promise<CheckedVector[]> {
  const parsed = new Map([...texts].map(([name, text]) => [name, parse(name, text)]));
  const results: CheckedVector[] = [];
  for (const file of parsed.values()) results.push(...(await checkFile(file, checksOf(file, parsed), primitives)));
  return results;
}

async function checkFile(
  file: ParsedVectors,
  checks: FileChecks,
  primitives: readonly CryptoPrimitives[],
): Promise<CheckedVector[]> {
  const results: CheckedVector[] = [];
  const check = async (vector: Fields, direction: "encode" | "decode" | "refuse"): Promise<void> => {
    const problem = await problemOf(checks[direction], vector, primitives);
    results.push({ file: file.name, name: textField(vector, "name"), direction, problem });
  };
  for (const vector of file.vectors) {
    await check(vector, "encode");
    await check(vector, "decode");
  }
  for (const vector of file.negative) await check(vector, "refuse");
  return results;
}

async function problemOf(
  check: VectorCheck,
  vector: Fields,
  primitives: readonly CryptoPrimitives[],
): Promise<string | undefined> {
  for (const crypto of primitives) {
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

function parse(name: string, text: string): ParsedVectors {
  const file = parsedOrNothing(text);
  const list = (key: string): Fields[] => {
    const value = isFields(file) ? file[key] : undefined;
    return Array.isArray(value) ? value.filter(isFields) : [];
  };
  return { name, vectors: list("vectors"), negative: list("negative") };
}
