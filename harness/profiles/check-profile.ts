import type { Manifest } from "../markers/manifest.ts";
import { suggestion } from "../../contract/nearest-name.ts";
import { checkActions } from "./check-actions.ts";
import { checkBoots } from "./check-boots.ts";
import { checkCapabilities } from "./check-capabilities.ts";
import { checkGateway } from "./check-gateway.ts";
import { checkNetwork } from "./check-network.ts";
import { isRung } from "./is-rung.ts";
import { placeName, type MarkerPlace } from "../markers/ladder-spec.ts";
import { isRule, unknownRule } from "./rule-names.ts";
import { guestKind } from "../guests/registry.ts";
import type { ProfileIssue, Report } from "./profile-issue.ts";
import { withProofs, type ProfileProofs } from "./profile-proofs.ts";
import type { NodeProof } from "./proof-manifest/node-proof.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** What a schema can't say: names that must exist, and networks that fit the machines. */
export function checkProfile(profile: Profile, manifest: Manifest, proofs: ProfileProofs = new Map()): ProfileIssue[] {
  const issues: ProfileIssue[] = [];
  const report: Report = (path, message) => issues.push({ path, message });
  checkBooted(profile, report);
  checkMarkers(profile, manifest, proofs, report);
  checkPlaces(withProofs(profile, proofs), report);
  checkBoots(profile, report);
  checkActions(profile, report);
  checkCapabilities(profile, report);
  checkEvidence(profile, report);
  return issues;
}

/** Of machines and networks alone. */
export function checkBooted(profile: Profile, report: Report): void {
  checkNodes(profile, report);
  checkNetwork(profile, report);
  checkGateway(profile, report);
}

function checkNodes(profile: Profile, report: Report): void {
  const names = profile.node.map((node) => node.name);
  profile.node.forEach((node, index) => {
    if (names.indexOf(node.name) !== index) report(["node", index, "name"], `node ${node.name} is there twice`);
    for (const [transport, other] of [
      ["udp-sec", "tcp"],
      ["tcp", "udp-sec"],
    ] as const) {
      const daemons = node.process.filter(({ kind, mode }) => kind === "dsoftbusd" && mode !== other);
      if (daemons.length > 1)
        report(
          ["node", index, "process"],
          `at most one dsoftbusd per node speaks ${transport}: they listen on one port`,
        );
    }
    checkGuestKeys(node, (key, message) => report(["node", index, key], message));
    const { runsAgent, tellsLies, playsSuite, name: kindName } = guestKind(node.guest);
    if ((node.lies !== undefined) !== (tellsLies === true))
      report(["node", index, "lies"], "a node of guest peer says how many lies it tells, and no other does");
    if ((node.cases !== undefined) !== (playsSuite === true))
      report(["node", index, "cases"], "a node of guest conform says which cases it plays, and no other does");
    if (!runsAgent && node.process.length > 0) {
      report(["node", index, "process"], `the ${kindName} guest runs no processes of ours`);
    }
    if (runsAgent && node.process.length === 0) report(["node", index], "this node runs nothing");
    node.process.forEach((process, at) => {
      const targets = process.kind === "selftest" ? [process.target] : process.dials;
      for (const target of targets) {
        const found = profile.node.find((other) => other.name === target);
        const path = ["node", index, "process", at, process.kind === "selftest" ? "target" : "dials"];
        if (found === undefined) report(path, `no node ${target}${suggestion(target, names)}`);
        else if (!found.process.some((other) => other.kind === "dsoftbusd"))
          report(path, `node ${target} runs no dsoftbusd`);
      }
    });
  });
}

/** What our init and our agent do, and machines have: of another guest it would be asked for in vain. */
function checkGuestKeys(node: ProfileNode, report: (key: keyof ProfileNode, message: string) => void): void {
  const { runsAgent, hasNics, tellsLies, name } = guestKind(node.guest);
  if (node.memoryMib !== undefined && !hasNics) report("memoryMib", `the ${name} guest has no memory of its own`);
  if (node.keyLog !== undefined && !runsAgent && tellsLies !== true)
    report("keyLog", `keyLog is for our agent: of the ${name} guest its table says where one is`);
}

function checkMarkers(profile: Profile, manifest: Manifest, proofs: ProfileProofs, report: Report): void {
  profile.node.forEach((node, index) => {
    const proof = proofs.get(node.name);
    const ids = node.rung.map((rung) => rung.marker);
    const places = node.rung.map((rung) => placeName({ ...rung, node: node.name }));
    const known = (id: string, path: readonly PropertyKey[]): void => {
      if (proof !== undefined) checkOwnMarker(id, proof, (message) => report(path, message));
      else if (manifest.get(id) === undefined) report(path, `no marker ${id}${suggestion(id, manifest.ids)}`);
    };
    ids.forEach((id, at) => {
      known(id, ["node", index, "rung", at, "marker"]);
      if (places.indexOf(places[at] ?? "") !== at)
        report(["node", index, "rung", at, "marker"], `${id} is there twice: use count`);
      if (profile.forbidden.includes(id))
        report(["node", index, "rung", at, "marker"], `${id} is forbidden in this profile`);
    });
    node.rung.forEach(({ send }, at) => {
      if (send.length > 0 && !guestKind(node.guest).hasNics)
        report(["node", index, "rung", at, "send"], "nobody types on a process of the host");
      send.forEach(({ after }, sent) => {
        const path = ["node", index, "rung", at, "send", sent, "after"];
        if (after !== undefined && !isRung(profile, after))
          report(path, `${after.marker} is no rung of node ${after.node}`);
      });
    });
    node.allowed.forEach((id, at) => known(id, ["node", index, "allowed", at]));
    if (ids.length === 0 && (proof?.required ?? []).length === 0)
      report(["node", index], "this node must print nothing: give it rungs, or required markers of its manifest");
    if (proof === undefined && node.ladder === "phases")
      report(["node", index, "ladder"], "phases are those of a manifest, and this node has none");
    if (proof !== undefined && guestKind(node.guest).runsAgent)
      report(["node", index, "manifest"], `the ${guestKind(node.guest).name} guest prints the markers of this project`);
  });
  profile.forbidden.forEach((id, at) => {
    if (manifest.get(id) === undefined) report(["forbidden", at], `no marker ${id}${suggestion(id, manifest.ids)}`);
  });
}

/** A guest with a manifest of its own prints what is in there, and nothing else. */
function checkOwnMarker(id: string, { vocabulary, manifest }: NodeProof, report: (message: string) => void): void {
  const ids = vocabulary.markers.markers.map((marker) => marker.id);
  const refused = vocabulary.refused.get(id);
  if (!ids.includes(id)) report(`no marker "${id}" in ${manifest.file}${suggestion(id, ids)}`);
  else if (refused !== undefined) report(`"${id}" ${refused}`);
}

function checkPlaces(profile: Profile, report: Report): void {
  const check = (place: MarkerPlace, path: readonly PropertyKey[]): void => {
    const ofBoot = place.boot === undefined ? "" : ` in boot ${place.boot}`;
    if (!isRung(profile, place)) report(path, `${place.marker} is no rung of node ${place.node}${ofBoot}`);
  };
  profile.order.forEach(({ before, after }, index) => {
    check(before, ["order", index, "before"]);
    check(after, ["order", index, "after"]);
  });
  profile.action.forEach(({ after }, index) => {
    if (after !== undefined) check(after, ["action", index, "after"]);
  });
  if (profile.network.kind !== "fabric") return;
  profile.network.link.forEach(({ faults }, index) =>
    faults.forEach((fault, at) => {
      if (!("after" in fault) || fault.after === undefined) return;
      check(fault.after, ["network", "link", index, "faults", at, "after"]);
    }),
  );
}

function checkEvidence(profile: Profile, report: Report): void {
  profile.evidence.forEach((rule, index) => {
    if (!isRule(rule)) report(["evidence", index], unknownRule(rule));
  });
  profile.marker.forEach(({ evidence }, index) =>
    evidence.forEach((rule, at) => {
      if (!isRule(rule)) report(["marker", index, "evidence", at], unknownRule(rule));
    }),
  );
}
