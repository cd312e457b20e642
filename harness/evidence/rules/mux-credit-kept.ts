/** Nobody sent more on a mux stream than its reader ever granted (protocol 9). */
import { talksIn } from "../opened-sessions.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

export const muxCreditKept: Rule = {
  id: "mux-credit-kept",
  appliesToRun: (scene) => talksIn(scene).length > 0,
  judge(scene) {
    const talks = talksIn(scene);
    for (const { session, name, toAcceptor, toOpener } of talks) {
      for (const [direction, { content, granted }] of [["to", toAcceptor] as const, ["from", toOpener] as const]) {
        if (content.length <= granted) continue;
        return contradicted(
          `session ${session}: ${content.length} bytes ${direction} the acceptor of stream ${name}, ${granted} were granted`,
        );
      }
    }
    return confirmed(`${count(talks.length, "mux stream")}, none beyond what its reader granted`);
  },
};
