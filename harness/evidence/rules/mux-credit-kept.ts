/**
 * Nobody sent more on a mux stream than its reader had granted by then (dsoftbus-transport.md#12-mux-v2). No clock is needed: each packet tells how much
 * of the other direction, grants included, its sender had received.
 */
import { talksIn } from "../scene/opened-sessions.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

export const muxCreditKept: Rule = {
  id: "mux-credit-kept",
  text: "Nobody sent more on a mux stream than its reader had granted.",
  claims: (scene) => talksIn(scene).length > 0,
  judge(scene) {
    const talks = talksIn(scene);
    for (const { session, name, toAcceptor, toOpener } of talks) {
      for (const [direction, { overdrawn }] of [["to", toAcceptor] as const, ["from", toOpener] as const]) {
        if (overdrawn === undefined) continue;
        const { sent, granted } = overdrawn;
        return contradicted(
          `session ${session}: ${sent} bytes ${direction} the acceptor of stream ${name} when ${granted} were granted`,
        );
      }
    }
    return confirmed(`${count(talks.length, "mux stream")}, none beyond what its reader had granted`);
  },
};
