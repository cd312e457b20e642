/** What the observer must have seen of lies: each where it was told, and of the liar nothing else. */
import type { JudgedFinding, JudgeReport } from "../observer/judging/judge-report.ts";
import { LIES, type LieName } from "./lies/index.ts";

/** One lie, or the honest session before them. */
export interface ToldLie {
  /** Undefined: nothing but the truth. */
  readonly lie: LieName | undefined;
  /** Of the peer, while it told it: address and port, as the capture has them. */
  readonly sockets: readonly string[];
}

export interface JudgedLies {
  /** Of whoever isn't the liar. */
  readonly others: readonly JudgedFinding[];
  /** A lie that nobody saw, or a rule that the liar broke without meaning to. */
  readonly complaints: readonly string[];
}

/** @param free addresses from which any rule may be broken: cases are played there, of which each looks for itself */
export function judgeLies(
  { findings: all }: Pick<JudgeReport, "findings">,
  told: readonly ToldLie[],
  free: ReadonlySet<string> = new Set(),
): JudgedLies {
  const findings = all.filter(({ socket = "" }) => !free.has(socket.slice(0, socket.lastIndexOf(":"))));
  const liars = new Set(told.flatMap(({ sockets }) => sockets));
  const isLiars = ({ socket }: JudgedFinding): boolean => socket !== undefined && liars.has(socket);
  const names = new Set(told.flatMap(({ lie }) => lie ?? []));
  const unseen = [...names].flatMap((name) => {
    const { breaks } = LIES[name];
    const isSeen = findings.some(
      (one) => one.rule === breaks && told.some((each) => each.lie === name && isMeant(one, each)),
    );
    return breaks === undefined || isSeen ? [] : [`the lie ${name} is not seen: nobody broke ${breaks}`];
  });
  const unmeant = findings
    .filter((one) => isLiars(one) && !told.some((each) => isMeant(one, each)))
    .map(
      ({ rule, socket, text, file, number }) =>
        `${socket} broke ${rule} without meaning to: ${text} (${file}, packet ${number})`,
    );
  return { others: findings.filter((one) => !isLiars(one)), complaints: [...unseen, ...new Set(unmeant)] };
}

function isMeant({ rule, socket = "" }: JudgedFinding, { lie, sockets }: ToldLie): boolean {
  if (lie === undefined || !sockets.includes(socket)) return false;
  const { breaks, also = [] } = LIES[lie];
  return rule === breaks || also.includes(rule);
}
