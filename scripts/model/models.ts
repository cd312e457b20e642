/**
 * The models of docs/model and what is to be found out about each: which properties hold, and which broken model violates which. What
 * a property says stands beside it in the model.
 */

/** Of a property that begins with `[]` a finite run is the counterexample; of others a fair one that never ends. */
type PropertyKind = "safety" | "liveness";

interface Property {
  readonly name: string;
  readonly kind: PropertyKind;
  /** Undefined: it isn't to hold. */
  readonly holdsWith: readonly string[] | undefined;
  /** Each a model, by what is defined in it, that violates the property. */
  readonly violatedWith: readonly (readonly string[])[];
}

interface Model {
  readonly name: string;
  readonly properties: readonly Property[];
}

export interface Check {
  readonly model: string;
  readonly property: string;
  readonly kind: PropertyKind;
  readonly defines: readonly string[];
  readonly expected: "holds" | "violated";
}

const always = (name: string, ...broken: readonly string[]): Property => ({
  name,
  kind: "safety",
  holdsWith: [],
  violatedWith: broken.map((variant) => [`BROKEN_${variant}`]),
});
const inTheEnd = (name: string, ...broken: readonly string[]): Property => ({
  ...always(name, ...broken),
  kind: "liveness",
});
/** That what the model is about comes about at all: a model in which nothing happens has every other property. */
const NOT_DEAD: Property = { name: "dead_model", kind: "safety", holdsWith: undefined, violatedWith: [[]] };
export const MODELS: readonly Model[] = [
  {
    name: "handshake",
    properties: [
      NOT_DEAD,
      always("agreement", "OPEN_UNCONFIRMED", "PROOF_OF_ANY_CLIENT"),
      always("both_proofs", "PROOF_OF_ANY_KEY", "ANY_DEVICE", "PROOF_OF_ANY_CLIENT", "NO_TABLE"),
      always("one_connection", "ENTRY_STAYS"),
      always("forgery_ends_nothing", "GARBAGE_ENDS"),
      always("newest_stays", "CLOSE_REPLACES"),
    ],
  },
  {
    name: "retry",
    properties: [
      NOT_DEAD,
      always("no_retry_storm", "NO_THROTTLE"),
      always("deadline_stands", "RETRY_EXTENDS"),
      inTheEnd("ends", "NO_DEADLINE"),
      always("retry_round_ends", "COOKIE_NO_HELP", "FIRST_COOKIE_STAYS"),
      always("blind_retry_is_nothing", "NO_TAG"),
    ],
  },
  {
    name: "source",
    properties: [
      NOT_DEAD,
      always("no_amplification", "OWN_REPEATS", "ANSWERS_GARBAGE"),
      always("no_state_under_load", "COOKIE_FOR_ANYONE", "ENTRY_WITH_RETRY"),
    ],
  },
  {
    name: "selection",
    properties: [
      NOT_DEAD,
      always("no_fallback_after_authentication", "AUTH_FALLS_BACK", "VERIFIED_FALLS_BACK"),
      always("tcp_has_a_reason", "ICMP"),
      always("nobody_holds_it_back", "JUNK_HOLDS"),
      always("udp_sec_means_udp_sec", "UDP_SEC_FALLS_BACK"),
      always("weak_entropy_is_silence", "ENTROPY_IS_UNAVAILABLE"),
      always("remembered_so_long", "FORGETS"),
      always("one_transport", "LATE_MSG2_TAKEN"),
      always("every_dial_ends", "NO_DEADLINE_AFTER_MSG2"),
      inTheEnd("time_runs_on", "CLOCK_STOPS"),
    ],
  },
  {
    name: "closing",
    properties: [
      NOT_DEAD,
      always("no_close_storm", "CLOSE_ANSWERS_CLOSE", "ANSWERS_ALL"),
      inTheEnd("every_connection_ends", "NO_LINGER", "NO_IDLE", "REPLAY_IS_RECEIPT"),
      always("nothing_lost", "INITIATOR_HASTY", "IDLE_IS_FINE"),
      always("end_is_decided_once", "PEERS_WORD_LAST"),
    ],
  },
];

/** All that is to be checked, model by model. */
export function allChecks(): Check[] {
  return MODELS.flatMap(({ name: model, properties }) =>
    properties.flatMap(({ name: property, kind, holdsWith, violatedWith }): Check[] => {
      const check = { model, property, kind } as const;
      return [
        ...(holdsWith === undefined ? [] : [{ ...check, defines: holdsWith, expected: "holds" } as const]),
        ...violatedWith.map((defines) => ({ ...check, defines, expected: "violated" }) as const),
      ];
    }),
  );
}
