import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";

export interface SilenceOptions {
  /** The run was ended at its last rung. */
  readonly isCut: boolean;
  /** The run was ended before its machines had come to their end: so, or because it had failed. */
  readonly isEndedEarly: boolean;
  readonly requireEvidence: boolean;
  /** Rules that the profile or its markers name. */
  readonly asked: ReadonlySet<string>;
}

export interface JudgedSilence {
  /** What speaks against the run in the end. */
  readonly failures: readonly RunFailure[];
  /** Rules that could not speak, each once. */
  readonly silentRules: readonly string[];
}

/**
 * What a rule's silence means. In a run that went to its end it fails the run if the rule was needed. Of a run that was cut, or that ended
 * where it failed, nobody can expect more than what was there: the silent rules are told, and fail it only where evidence is required;
 * then no rule that anybody asked for may be silent about anything.
 *
 * @param failures what `checkEvidence` finds, which knows nothing of cuts
 */
export function judgeSilence(
  failures: readonly RunFailure[],
  evidence: readonly EvidenceFinding[],
  { isCut, isEndedEarly, requireEvidence, asked }: SilenceOptions,
): JudgedSilence {
  const isSilence = ({ code, rule }: RunFailure): boolean => code === "unconfirmed" && rule !== undefined;
  const unavailable = evidence.filter(({ finding }) => finding === "unavailable");
  const silentRules = [
    ...new Set([
      ...unavailable.map(({ rule }) => rule),
      ...failures.filter(isSilence).flatMap(({ rule }) => rule ?? []),
    ]),
  ];
  if (!requireEvidence)
    return { failures: isEndedEarly ? failures.filter((one) => !isSilence(one)) : failures, silentRules };
  const known = new Set(failures.filter(isSilence).map(({ rule }) => rule));
  const more = unavailable
    .filter(({ rule }) => asked.has(rule) && !known.has(rule))
    .map(({ rule, marker, node, saw }) => unconfirmed(`${rule} could not speak: ${saw}`, { rule, marker, node }));
  const told = silentRules.length === 0 ? "" : `; could not speak: ${silentRules.join(", ")}`;
  const cut = isCut ? [unconfirmed(`the run was ended at its last rung (RUN_UNTIL_MARKER=1, --phase)${told}`)] : [];
  return {
    failures: [...failures.filter((one) => !isSilence(one)), ...cut, ...failures.filter(isSilence), ...more],
    silentRules,
  };
}

function unconfirmed(detail: string, about: Pick<Partial<RunFailure>, "rule" | "marker" | "node"> = {}): RunFailure {
  return { code: "unconfirmed", node: about.node, marker: about.marker, rule: about.rule, detail, atMs: undefined };
}
