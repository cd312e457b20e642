import { setImmediate as nextTurn } from "node:timers/promises";
import { HarnessError } from "../../host/harness-error.ts";
import { readCapture } from "../../capture/read-capture.ts";
import type { EvidenceInput } from "../scene/evidence-input.ts";
import type { EvidenceFinding } from "./evidence-finding.ts";
import { RULES } from "../rules/index.ts";
import type { Judgement, Rule } from "../rules/rule.ts";
import { RULES_OF_THE_RUN } from "../rules/rule-texts.ts";
import { sceneAt, sceneOf, type Scene } from "../scene/scene.ts";
import type { ReadCapture } from "../scene/tap.ts";

export interface JudgeOptions {
  /** Rules left out: how a sabotage shows that its rule, and no other, catches it. Never set by a run. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Looks for each printed marker's confirmation, and judges the rules that hold for every run.
 *
 * @returns rules of the run first, then marker by marker and node by node; never empty. A capture that can't be read is a
 * finding, not an exception
 * @throws HarnessError `evidence-rule-unknown` if a marker names a rule that doesn't exist
 */
export async function judgeEvidence(input: EvidenceInput, options: JudgeOptions = {}): Promise<EvidenceFinding[]> {
  const without = options.without ?? new Set<string>();
  const rules = rulesOfMarkers(input);
  const required = (input.required ?? []).filter(isRuleOfScene);
  for (const id of required) if (!RULES.some((rule) => rule.id === id)) unknownRule("the profile", id);
  const consulted = new Set(input.consulted);
  const { captures, findings } = await readAll(input);
  const scene = sceneOf(input, captures);
  for (const rule of RULES) {
    const applies = required.includes(rule.id) || (rule.claims !== "named" && rule.claims(scene));
    const isConsulted = !applies && consulted.has(rule.id);
    if (without.has(rule.id) || !(applies || isConsulted)) continue;
    const about = { rule: rule.id, marker: undefined, ...(isConsulted ? { isConsulted } : {}) };
    findings.push({ ...about, ...rule.judge(scene, 1) });
    await nextTurn();
  }
  const judged = new Map<string, Judgement>();
  for (const { id, node, times } of printedOnce(input)) {
    const here = sceneAt(scene, node);
    for (const rule of rules.get(id) ?? []) {
      if (without.has(rule.id)) continue;
      // Another run's network may live in this process: no rule keeps the event loop from it for longer than itself.
      await nextTurn();
      const judgement = judgeOnce(judged, rule, here, node, times);
      findings.push({ rule: rule.id, marker: id, node, finding: judgement.finding, saw: `${node}: ${judgement.saw}` });
    }
  }
  return findings;
}

function judgeOnce(judged: Map<string, Judgement>, rule: Rule, scene: Scene, node: string, times: number): Judgement {
  const key = `${rule.id} ${node} ${times}`;
  const known = judged.get(key) ?? rule.judge(scene, times, node);
  judged.set(key, known);
  return known;
}

async function readAll(input: EvidenceInput): Promise<{ captures: ReadCapture[]; findings: EvidenceFinding[] }> {
  const captures: ReadCapture[] = [];
  const findings: EvidenceFinding[] = [];
  for (const source of input.captures) {
    try {
      captures.push({ source, file: await readCapture(source.path) });
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      findings.push({ rule: "capture-complete", marker: undefined, finding: "contradicted", saw: error.message });
    }
  }
  return { captures, findings };
}

/** A marker printed twice by one node claims twice as much. */
function printedOnce(input: EvidenceInput): { readonly id: string; readonly node: string; readonly times: number }[] {
  const seen = new Map<string, { id: string; node: string; times: number }>();
  for (const { id, node } of input.markers) {
    const entry = seen.get(`${id} ${node}`) ?? { id, node, times: 0 };
    entry.times += 1;
    seen.set(`${id} ${node}`, entry);
  }
  return [...seen.values()];
}

function rulesOfMarkers({ markers }: EvidenceInput): ReadonlyMap<string, readonly Rule[]> {
  const byId = new Map(RULES.map((rule) => [rule.id, rule]));
  return new Map(
    markers.map(({ id: marker, evidence }) => [
      marker,
      evidence.filter(isRuleOfScene).map((id) => byId.get(id) ?? unknownRule(`marker ${marker}`, id)),
    ]),
  );
}

/** What only the run itself can judge is the run's to judge. */
function isRuleOfScene(id: string): boolean {
  return !Object.hasOwn(RULES_OF_THE_RUN, id);
}

function unknownRule(who: string, id: string): never {
  throw new HarnessError(
    "evidence-rule-unknown",
    `${who} names the evidence ${id}, which is not a rule`,
    `rules are: ${RULES.map((rule) => rule.id).join(", ")}`,
  );
}
