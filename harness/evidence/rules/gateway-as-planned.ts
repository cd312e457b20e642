/** The box between two networks did what the profile says of it, to every packet: else a green run shows nothing about a router or a NAT. */
import { GatewayWatch, inOrder } from "../wire/gateway-watch.ts";
import type { Scene } from "../scene/scene.ts";
import type { PlannedGateway } from "../scene/wire-plan.ts";
import { absent, confirmed, contradicted, count, type Rule } from "./rule.ts";

export const gatewayAsPlanned: Rule = {
  id: "gateway-as-planned",
  text: "What left one leg of the gateway came to the other, and left one hop older, with the sockets that its plan gives it and right sums; nothing is missing or too much.",
  claims: ({ input }) => input.wire?.gateway !== undefined,
  judge(scene) {
    const { gateway } = scene.input.wire ?? {};
    if (gateway === undefined) return contradicted("the plan has no gateway");
    const [inside, outside] = scene.legs;
    if (inside === undefined || outside === undefined) return contradicted("a leg of the gateway was not captured");
    return judgeLegs(scene, gateway, inside, outside);
  },
};

function judgeLegs(
  { mappings }: Scene,
  gateway: PlannedGateway,
  inside: Scene["taps"][number],
  outside: Scene["taps"][number],
) {
  const watch = new GatewayWatch(gateway);
  const problems = inOrder([inside, outside], mappings).flatMap((item) =>
    "mapping" in item ? (watch.note(item.mapping) ?? []) : (watch.take(item.side, item.frame) ?? []),
  );
  const [first] = [...problems, ...[watch.end() ?? []].flat()];
  if (first !== undefined)
    return contradicted(`${count(Math.max(1, problems.length), "thing")} beside its plan, first: ${first}`);
  const { outward, inward, keptOut, timeExceeded } = watch.counts;
  if (outward + inward + keptOut === 0) return absent("nothing came to the gateway");
  const { mapped, expired, forgotten } = watch.mappings.counts;
  const kept = keptOut === 0 ? "" : `, ${keptOut} kept out`;
  const old = timeExceeded === 0 ? "" : `, ${timeExceeded} too old`;
  const table = mapped === 0 ? "" : `; ${count(mapped, "mapping")}, ${expired} expired, ${forgotten} forgotten`;
  return confirmed(`${outward} packets outward and ${inward} inward, each one hop older${kept}${old}${table}`);
}
