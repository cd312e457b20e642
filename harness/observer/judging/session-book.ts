/** The sessions of a set of captures: each with its follower, from its handshake to the report. */
import type { OpenedHandshake } from "../handshakes/opened-handshake.ts";
import type { OpenedRecord } from "../handshakes/tcp-handshake.ts";
import type { SealedPacket } from "../handshakes/udp-handshakes.ts";
import type { SeenAt } from "../handshakes/handshake-rules.ts";
import type { FollowedReport, JudgedEnd, JudgedFinding, JudgedSession } from "./judge-report.ts";

const MAX_SESSIONS = 100_000;

export interface UdpFollowing {
  take(packet: SealedPacket & { readonly plaintext: Uint8Array }): void;
  unopened(packet: SealedPacket): void;
  end(): FollowedReport;
}

export interface TcpFollowing {
  take(record: OpenedRecord): void;
  ended(
    sender: OpenedRecord["sender"],
    place: OpenedRecord["place"],
    partialBytes: number,
    at: SeenAt & { readonly atUs: number },
  ): void;
  end(): FollowedReport;
}

/** Who follows a session once its handshake is opened. */
export interface Followers {
  udp(handshake: OpenedHandshake): UdpFollowing;
  tcp(handshake: OpenedHandshake): TcpFollowing;
}

interface Session {
  readonly handshake: OpenedHandshake;
  readonly udp?: UdpFollowing;
  readonly tcp?: TcpFollowing;
}

export interface BookReport {
  readonly sessions: readonly JudgedSession[];
  readonly findings: readonly JudgedFinding[];
  readonly leftOff: number;
  /** Of an end of a session. */
  readonly unjudged: readonly (SeenAt & { readonly what: string })[];
}

export class SessionBook {
  readonly #followers: Followers;
  readonly #sessions = new Map<string, Session>();
  #left = 0;

  constructor(followers: Followers) {
    this.#followers = followers;
  }

  /** How many were too many. */
  get left(): number {
    return this.#left;
  }

  /** A TCP handshake is opened once at each end's tap: it is one session all the same. */
  add(handshake: OpenedHandshake): void {
    const key = keyOf(handshake);
    if (this.#sessions.has(key)) return;
    if (this.#sessions.size >= MAX_SESSIONS) {
      this.#left += 1;
      return;
    }
    const isTaken = handshake.refusal === undefined;
    const udp = isTaken && handshake.transport === "udp" ? { udp: this.#followers.udp(handshake) } : {};
    const tcp = isTaken && handshake.transport === "tcp" ? { tcp: this.#followers.tcp(handshake) } : {};
    this.#sessions.set(key, { handshake, ...udp, ...tcp });
  }

  udpOf(handshake: OpenedHandshake): UdpFollowing | undefined {
    return this.#sessions.get(keyOf(handshake))?.udp;
  }

  tcpOf(handshake: OpenedHandshake): TcpFollowing | undefined {
    return this.#sessions.get(keyOf(handshake))?.tcp;
  }

  /** @returns every socket that took part in a session, and every pair of addresses */
  talkers(): { readonly sockets: ReadonlySet<string>; readonly handshakes: readonly OpenedHandshake[] } {
    const handshakes = [...this.#sessions.values()].map(({ handshake }) => handshake);
    return { sockets: new Set(handshakes.map(({ responder }) => responder.socket)), handshakes };
  }

  end(): BookReport {
    const ended = [...this.#sessions.values()].map((session) => {
      const report = (session.udp ?? session.tcp)?.end();
      const findings = (report?.findings ?? []).map((one) => ({ ...one, socket: session.handshake[one.end].socket }));
      return { session: judgedSession(session, report), report, findings };
    });
    return {
      sessions: ended.map(({ session }) => session),
      findings: ended.flatMap(({ findings }) => findings),
      leftOff: ended.reduce((sum, { report }) => sum + (report?.leftOff ?? 0), 0),
      unjudged: ended.flatMap(({ session, report }) =>
        (["initiator", "responder"] as const).flatMap((end) =>
          (report?.ends[end].unjudged ?? []).map((what) => ({ what: `${what} (of the ${end})`, ...session.from })),
        ),
      ),
    };
  }
}

function judgedSession({ handshake }: Session, report: FollowedReport | undefined): JudgedSession {
  const { transport, frames } = handshake;
  const [first] = frames;
  const end = (name: "initiator" | "responder"): JudgedEnd => {
    const { socket, deviceId, tapped } = handshake[name];
    return { socket, deviceId, tapped, followed: report?.ends[name] };
  };
  return {
    transport,
    initiator: end("initiator"),
    responder: end("responder"),
    from: { file: first?.file ?? "", number: first?.number ?? 0 },
    services: report?.services ?? [],
    outcome: report === undefined ? "refused" : hasEnded(report) ? "followed" : "open",
  };
}

/** A CLOSE of either side ends a session; where TCP carries it, both directions' FIN do so too. */
function hasEnded({ ends: { initiator, responder } }: FollowedReport): boolean {
  return (
    initiator.close !== undefined || responder.close !== undefined || (initiator.hasFinished && responder.hasFinished)
  );
}

function keyOf({ transport, handshakeHash, initiator, responder }: OpenedHandshake): string {
  return `${transport} ${handshakeHash} ${initiator.socket} ${responder.socket}`;
}
