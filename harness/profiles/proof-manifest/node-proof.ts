/** What the manifest of another project means for one node of a profile. */
import { isAbsolute, join } from "node:path";
import { suggestion } from "../../../contract/nearest-name.ts";
import type { ForbiddenPattern } from "../../markers/forbidden-pattern.ts";
import type { NodeVocabulary, RungPhase } from "../../markers/ladder-spec.ts";
import { LiteralMarkers, type LiteralMatch } from "../../markers/literal-markers.ts";
import { literally } from "../../markers/literally.ts";
import type { MarkerEntry } from "../../markers/manifest.ts";
import { refusalOf, type ProofManifest, type ProofMarker } from "./proof-manifest.ts";
import { readProofManifest } from "./read-proof-manifest.ts";
import { readRequiredList } from "./required-list.ts";

/** What a profile says of a node's manifest. */
export interface NodeManifest {
  /** Paths are from the profile's folder. */
  readonly file: string;
  readonly profile?: string | undefined;
  readonly runtime?: string | undefined;
  readonly required?: string | undefined;
  readonly match: LiteralMatch;
  readonly failing: string | readonly string[] | false;
  readonly undeclared: NodeVocabulary["undeclared"];
  readonly prefixes?: readonly string[] | undefined;
}

export interface NodeProof {
  readonly manifest: ProofManifest;
  /** The manifest's profile whose clauses hold. */
  readonly profile: string;
  readonly vocabulary: NodeVocabulary;
  /** How a line begins that claims to be a marker. */
  readonly claim: RegExp;
  /** The guest's word that something failed, in a line that is not declared either. */
  readonly failing: readonly ForbiddenPattern[];
  readonly phases: ReadonlyMap<string, RungPhase>;
  /** Of what is required, in the order of phases and list. */
  readonly required: readonly string[];
}

/** What is wrong with a key of `[node.manifest]`. */
export class NodeManifestProblem extends Error {
  override readonly name = "NodeManifestProblem";
  readonly key: keyof NodeManifest;

  constructor(key: keyof NodeManifest, message: string) {
    super(message);
    this.key = key;
  }
}

function pathFrom(folder: string, written: string): string {
  return isAbsolute(written) ? written : join(folder, written);
}

/**
 * @param folder of the profile, where its paths begin
 * @throws NodeManifestProblem; HarnessError `proof-manifest-invalid` for what is wrong in the files themselves
 */
export function readNodeProof(written: NodeManifest, folder: string): NodeProof {
  const manifest = readProofManifest(pathFrom(folder, written.file));
  const profile = profileOf(manifest, written);
  const runs = runtimePhases(manifest, written);
  const words = failingWords(written);
  const refused = new Map(
    manifest.markers.flatMap((marker) => {
      const why = whyRefused(marker, profile, words);
      return why === undefined ? [] : [[marker.literal, why] as const];
    }),
  );
  const phases = new Map(manifest.markers.map((marker) => [marker.literal, phaseOf(manifest, marker)]));
  const literals = manifest.markers.map(({ literal }) => literal);
  const prefixes = written.prefixes ?? prefixesOf(literals);
  if (prefixes.length === 0)
    throw new NodeManifestProblem(
      "prefixes",
      "no marker of the manifest begins with a word and a colon: say how they begin",
    );
  const listed =
    written.required === undefined
      ? []
      : readRequiredList(pathFrom(folder, written.required), literals, (literal) => refused.get(literal));
  const order = (literal: string): number => phases.get(literal)?.order ?? 0;
  return {
    ...{ manifest, profile, phases },
    vocabulary: {
      markers: new LiteralMarkers(manifest.markers.map(entryOf), written.match),
      ...{ refused, undeclared: written.undeclared },
    },
    claim: claimOf(prefixes),
    failing: words.map((word) => failingPattern(prefixes, word)),
    required: listed.filter((literal) => runs(phases.get(literal)?.name ?? "")).sort((a, b) => order(a) - order(b)),
  };
}

function profileOf(manifest: ProofManifest, { profile = manifest.defaultProfile }: NodeManifest): string {
  const found = manifest.profiles.get(profile);
  const names = [...manifest.profiles.values()].filter((one) => !one.runtime_only).map(({ name }) => name);
  if (found === undefined)
    throw new NodeManifestProblem("profile", `no profile ${profile} in ${manifest.file}${suggestion(profile, names)}`);
  if (found.runtime_only)
    throw new NodeManifestProblem("profile", `profile ${profile} is runtime_only: say runtime = "${profile}"`);
  return profile;
}

/** @returns whether a phase runs at all */
function runtimePhases(manifest: ProofManifest, { runtime }: NodeManifest): (phase: string) => boolean {
  if (runtime === undefined) return () => true;
  const found = manifest.profiles.get(runtime);
  const names = [...manifest.profiles.values()].filter((one) => one.runtime_only).map(({ name }) => name);
  if (found?.runtime_only !== true)
    throw new NodeManifestProblem(
      "runtime",
      `no profile ${runtime} with runtime_only in ${manifest.file}${suggestion(runtime, names)}`,
    );
  return (phase) => found.phases.length === 0 || found.phases.includes(phase);
}

function failingWords({ failing }: NodeManifest): readonly string[] {
  if (failing === false) return [];
  return typeof failing === "string" ? [failing] : failing;
}

function whyRefused(marker: ProofMarker, profile: string, words: readonly string[]): string | undefined {
  const word = words.find((one) => wordPattern(one).test(marker.literal));
  if (word !== undefined) return `the guest says itself that it failed (${word})`;
  const why = refusalOf(marker, profile);
  return why === undefined ? undefined : `may not be printed: ${why}`;
}

function wordPattern(word: string): RegExp {
  return new RegExp(String.raw`(?<!\w)${literally(word)}(?!\w)`);
}

function phaseOf({ phases }: ProofManifest, { phase: name }: ProofMarker): RungPhase {
  return { name, order: phases.find((phase) => phase.name === name)?.order ?? 0 };
}

/** @returns how markers begin, as far as it is a word and a colon, each once */
function prefixesOf(literals: readonly string[]): string[] {
  return [...new Set(literals.flatMap((literal) => /^[A-Za-z][\w.-]*:/.exec(literal)?.[0] ?? []))];
}

/** A kernel's clock or a log's level may stand before it. */
function claimOf(prefixes: readonly string[]): RegExp {
  return new RegExp(String.raw`(?:^|[\s\]])(?:${prefixes.map(literally).join("|")})`);
}

function failingPattern(prefixes: readonly string[], word: string): ForbiddenPattern {
  const pattern = new RegExp(`${claimOf(prefixes).source}.*${wordPattern(word).source}`);
  return { name: `the guest says itself that it failed (${word})`, pattern, code: "forbidden" };
}

function entryOf({ literal, proves = "" }: ProofMarker): MarkerEntry {
  return { id: literal, text: literal, process: literal.split(":")[0] ?? literal, proves, evidence: [] };
}
