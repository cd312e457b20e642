import { expect, it } from "vitest";
import { sceneOf } from "../../evidence/scene/scene.ts";
import { everyPacketOpens } from "../../evidence/rules/every-packet-opens.ts";
import { faultsSeen } from "../../evidence/rules/faults-seen.ts";
import { retransmissionSeen } from "../../evidence/rules/retransmission-seen.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { judgeAbsences } from "./absences.ts";

const absence: EvidenceFinding = {
  ...{ rule: "faults-seen", marker: undefined, finding: "contradicted", saw: "0 of 80 frames", isAbsence: true },
};
const { isAbsence: _, ...contradiction } = absence;

it("of a run that went to its end what is not there contradicts", () => {
  expect(judgeAbsences([absence], false)).toEqual([contradiction]);
});

it("of a run that ended before there was nothing to judge; what it did see stays what it is", () => {
  const printed: EvidenceFinding = { ...absence, marker: "bulk-ok", node: "a" };
  expect(judgeAbsences([absence, contradiction, printed], true).map(({ finding }) => finding)).toEqual([
    ...["nothing-to-judge", "contradicted", "contradicted"],
  ]);
});

it("a rule tells an absence from a contradiction, and a marker that claims otherwise makes it one", () => {
  const markers = [{ id: "session-ok", node: "a", evidence: [] }];
  const bulk = [{ id: "bulk-ok", node: "a", evidence: [] }];
  const input = { captures: [], keys: [], markers: [], sessionPort: 37024, canary: "", bulkBytes: 1, lossy: true };
  const scene = (more: object): ReturnType<typeof sceneOf> => sceneOf({ ...input, ...more } as never, []);
  expect(everyPacketOpens.judge(scene({}), 1)).toMatchObject({ finding: "contradicted", isAbsence: true });
  expect(everyPacketOpens.judge(scene({ markers }), 1)).not.toHaveProperty("isAbsence");
  expect(retransmissionSeen.judge(scene({ markers }), 1)).toMatchObject({ isAbsence: true });
  expect(retransmissionSeen.judge(scene({ markers: bulk }), 1)).not.toHaveProperty("isAbsence");
  expect(faultsSeen.judge(scene({}), 1).finding).toBe("contradicted");
});
