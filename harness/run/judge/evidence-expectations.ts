import { FAULT_KINDS } from "../../../contract/impairment/index.ts";
import type { EvidenceInput, ExpectedDial, ExpectedFault } from "../../evidence/scene/evidence-input.ts";
import { linkRulesOfProfile } from "../../fabric/profile-links.ts";
import { endName } from "../../profiles/node-nics.ts";
import type { Profile } from "../../profiles/schema.ts";

/** @returns the faults that a profile's network was asked for, by the ends that it names, and whether datagrams get lost by them */
export function faultsOf(profile: Profile): Required<Pick<EvidenceInput, "faults" | "lossy">> {
  if (profile.network.kind !== "fabric") return { faults: [], lossy: false };
  const rules = linkRulesOfProfile(profile);
  const faults = rules.flatMap(({ from, to, spec }) =>
    (spec.faults ?? []).map((fault): ExpectedFault => {
      const { fromMs = 0, untilMs } = fault.during ?? {};
      const lengthMs = untilMs === undefined ? undefined : untilMs - fromMs;
      return { from, to, reason: fault.kind, ...(lengthMs === undefined ? {} : { lengthMs }) };
    }),
  );
  const lossy = rules.some(({ spec }) => (spec.faults ?? []).some(({ kind }) => FAULT_KINDS[kind].loses));
  return { faults, lossy };
}

/** @returns who dials whom, each pair once: daemons that keep a session, and self-tests */
export function dialsOf(profile: Profile): ExpectedDial[] {
  const dials = profile.node.flatMap((node) =>
    node.process.flatMap((one) =>
      (one.kind === "selftest" ? [one.target] : one.dials).map((target): ExpectedDial => {
        return { from: endName(profile, node, one.namespace), to: daemonAt(profile, target) };
      }),
    ),
  );
  return dials.filter((dial, at) => dials.findIndex(({ from, to }) => from === dial.from && to === dial.to) === at);
}

function daemonAt(profile: Profile, target: string): string {
  const node = profile.node.find(({ name }) => name === target);
  const daemon = node?.process.find(({ kind }) => kind === "dsoftbusd");
  return node === undefined || daemon === undefined ? target : endName(profile, node, daemon.namespace);
}
