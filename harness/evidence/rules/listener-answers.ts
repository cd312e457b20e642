/**
 * Who says that it listens on a port was asked there, and answered from there. Nobody's asking is no fault of the listener's: a path
 * that drops UDP brings it nothing to answer.
 */
import { MSG1, MSG2, RETRY } from "../scene/decode/udp-sec-header.ts";
import type { Direction } from "../../capture/captured-frame.ts";
import type { Scene } from "../scene/scene.ts";
import { confirmed, contradicted, count, nothingToJudge, type Rule } from "./rule.ts";

const LISTENER_UP = "listener-up";
const ANSWERS: readonly number[] = [MSG2, RETRY];

export const listenerAnswers: Rule = {
  id: "listener-answers",
  text: "From the UDP port that the line names MSG1 was answered, with MSG2 or RETRY.",
  claims: "named",
  judge(scene, _times, node) {
    const { sessionPort } = scene.input;
    const other = portsSaid(scene, node).find((port) => port !== sessionPort);
    if (other !== undefined) return contradicted(`it says port ${other}; it was told to listen on ${sessionPort}`);
    // Who has no tap of its own is looked at where its peers are: what it hears left there, what it says arrived there.
    const hasTap = scene.taps.some((tap) => tap.node === node);
    const isHeard = ({ direction }: { readonly direction: Direction }): boolean => !hasTap || direction !== "sent";
    const isSaid = ({ direction }: { readonly direction: Direction }): boolean => !hasTap || direction !== "received";
    const port = `:${sessionPort}`;
    const all = [...scene.udp.attempts, ...scene.udp.sessions.flatMap(({ packets }) => packets)];
    const asked = all.filter((seen) => seen.header.type === MSG1 && seen.to.endsWith(port) && isHeard(seen));
    const answered = all.filter(
      (seen) => ANSWERS.includes(seen.header.type) && seen.from.endsWith(port) && isSaid(seen),
    );
    if (asked.length === 0) return nothingToJudge(`no MSG1 reached port ${sessionPort}`);
    const saw = `${count(asked.length, "MSG1")} to port ${sessionPort}, ${count(answered.length, "answer")} from it`;
    return answered.length === 0 ? contradicted(saw) : confirmed(saw);
  },
};

function portsSaid({ input: { markers } }: Scene, node: string | undefined): number[] {
  return markers
    .filter(({ id, node: its }) => id === LISTENER_UP && its === node)
    .map(({ line }) => Number(/\d+$/.exec(line)?.[0]));
}
