/** Captures in, frame by frame, a report out: handshakes are opened, sessions followed, and what could not be judged is told. */
import type { CaptureItem } from "../../capture/capture-item.ts";
import { EphemeralKeys } from "../handshakes/ephemeral-keys.ts";
import type { HandshakeContext, PlannedDevice, Timing } from "../handshakes/handshake-context.ts";
import type { SeenAt } from "../handshakes/handshake-rules.ts";
import type { OpenedHandshake } from "../handshakes/opened-handshake.ts";
import { SessionHalves } from "../handshakes/session-halves.ts";
import { TcpConnections } from "../handshakes/tcp-connections.ts";
import { UdpHandshakes } from "../handshakes/udp-handshakes.ts";
import { addSecretsOf } from "../keys/secrets-text.ts";
import { secretsTextOf } from "../keys/secrets-block.ts";
import type { Secrets } from "../keys/secrets.ts";
import { addressOfSocket, decodeFrame, type FrameContent } from "../wire/frame.ts";
import { type JudgedFinding, type JudgeReport, type Unjudged, verdictOfReport } from "./judge-report.ts";
import { TranslatedSockets } from "./translated-sockets.ts";
import { type FramePlaces, placesOf } from "./place-of-frame.ts";
import { type Followers, SessionBook } from "./session-book.ts";

/** Of one rule about one end, and in all: who breaks a rule often breaks it with every packet. */
const MAX_FINDINGS_PER_RULE = 16;
const MAX_FINDINGS = 2_000;
/** Conversations that are looked up in the end. */
const MAX_NOTED = 4_096;

export interface CaptureJudgeOptions {
  readonly secrets: Secrets;
  /** Undefined: nobody says who is who. */
  readonly devices: readonly PlannedDevice[] | undefined;
  /**
   * Addresses of the machines that captured, where the capture itself doesn't say which way a frame went; a socket (`socketText`) where
   * one program's traffic is seen where it leaves.
   */
  readonly taps: ReadonlySet<string>;
  readonly followers: Followers;
  readonly timing: Timing;
  /** Hex ephemeral keys of other runs. */
  readonly earlierKeys?: Iterable<string>;
  /** Whoever reads the capture for rules of his own needs what opens it. */
  readonly onOpened?: (handshake: OpenedHandshake) => void;
}

type FrameItem = Extract<CaptureItem, { readonly kind: "frame" }>;

export class CaptureJudge {
  readonly #options: CaptureJudgeOptions;
  readonly #book: SessionBook;
  readonly #udp: UdpHandshakes;
  readonly #tcp: TcpConnections;
  readonly #findings: JudgedFinding[] = [];
  readonly #counts = new Map<string, number>();
  readonly #unjudged = new Map<string, Unjudged>();
  readonly #ephemeralKeys = new EphemeralKeys();
  /** Of two addresses the first fragment between them; of two sockets the first segment of a connection that has no beginning. */
  readonly #fragments = new Map<string, SeenAt>();
  readonly #headless = new Map<string, SeenAt>();
  readonly #sockets = new TranslatedSockets();
  /** Names, by file and index. */
  readonly #interfaces = new Map<string, string>();
  #leftOff = 0;
  #frames = 0;

  constructor(options: CaptureJudgeOptions) {
    this.#options = options;
    this.#book = new SessionBook(options.followers);
    this.#ephemeralKeys.addEarlier(options.earlierKeys ?? []);
    const context: HandshakeContext = {
      secrets: options.secrets,
      devices: options.devices,
      ephemeralKeys: this.#ephemeralKeys,
      sessionHalves: new SessionHalves(),
      timing: options.timing,
      report: (finding) => void this.#report(finding),
      unjudged: (what, at) => void this.unjudged(what, at),
      opened: (handshake) => {
        options.onOpened?.(handshake);
        this.#book.add(handshake);
      },
    };
    this.#udp = new UdpHandshakes(context, {
      packet: (handshake, packet) => void this.#book.udpOf(handshake)?.take(packet),
      unopened: (handshake, packet) => void this.#book.udpOf(handshake)?.unopened(packet),
    });
    this.#tcp = new TcpConnections(context, {
      record: (handshake, record) => void this.#book.tcpOf(handshake)?.take(record),
      ended: (handshake, sender, place, partialBytes, { file, number, atUs }) =>
        void this.#book.tcpOf(handshake)?.ended(sender, place, partialBytes, { file, number, atUs }),
    });
  }

  unjudged(what: string, { file, number }: SeenAt): void {
    const known = this.#unjudged.get(what);
    this.#unjudged.set(
      what,
      known === undefined ? { what, file, number, times: 1 } : { ...known, times: known.times + 1 },
    );
  }

  /** @param taps addresses of the machine that captured @throws HarnessError `secrets-malformed` for a block of secrets that is none */
  take(file: string, item: CaptureItem, taps: ReadonlySet<string>): void {
    switch (item.kind) {
      case "interface":
        if (item.name !== undefined) this.#interfaces.set(`${file} ${item.index}`, item.name);
        return;
      case "note":
        return this.#sockets.note(item.message);
      case "secrets": {
        const text = secretsTextOf(item.secretsType, item.bytes);
        if (text !== undefined) addSecretsOf(text, `${file}, its secrets block`, this.#options.secrets);
        return;
      }
      case "dropped":
        return this.unjudged(`${item.packets} packets that the capturing machine dropped`, {
          file,
          number: this.#frames,
        });
      case "frame":
        return this.#takeFrame(file, item, taps);
    }
  }

  end(): JudgeReport {
    const { falsePublicKeys } = this.#options.secrets;
    for (const key of falsePublicKeys)
      this.unjudged(`a secret that isn't that of ${key}`, { file: "secrets", number: 0 });
    this.#tellHeadless();
    const { sessions, findings, leftOff, unjudged } = this.#book.end();
    for (const finding of findings) this.#report(finding);
    for (const { what, file, number } of unjudged) this.unjudged(what, { file, number });
    if (this.#book.left > 0) this.unjudged("more sessions than are kept", { file: "", number: this.#frames });
    const report = {
      frames: this.#frames,
      sessions,
      findings: this.#findings.toSorted((a, b) => a.file.localeCompare(b.file) || a.number - b.number),
      leftOff: this.#leftOff + leftOff,
      unjudged: [...this.#unjudged.values()],
    };
    return { verdict: verdictOfReport(report), ...report };
  }

  #takeFrame(file: string, item: FrameItem, taps: ReadonlySet<string>): void {
    const { number, linkType, frame, interfaceIndex } = item;
    this.#frames += 1;
    if (this.#sockets.isLeg(this.#interfaces.get(`${file} ${interfaceIndex}`) ?? "")) return;
    const at = { file, number };
    const decoded = decodeFrame(linkType, frame.bytes);
    if (decoded === undefined) return this.unjudged(`frames of link type ${linkType}`, at);
    const { content, link } = decoded;
    if (content.kind === "udp" || content.kind === "tcp") {
      // A frame whose sum is wrong was not received by anybody, and not sent so by an honest stack.
      if (content.checksum === "bad") return;
      if (content.checksum === "cut") return this.unjudged("packets that a snap length cut", at);
      const [source, destination] = [addressOfSocket(content.from), addressOfSocket(content.to)];
      const direction = frame.direction === "unknown" ? (link.direction ?? "unknown") : frame.direction;
      const isTapOf = (socket: string, address: string): boolean => taps.has(socket) || taps.has(address);
      const tapped = { source: isTapOf(content.from, source), destination: isTapOf(content.to, destination) };
      const placed = placesOf({ source, destination, direction }, tapped);
      this.#takeContent(content, { ...at, atUs: frame.timeUs }, placed);
    } else if (content.kind === "fragment")
      note(this.#fragments, `${content.source ?? ""} ${content.destination ?? ""}`, at);
  }

  #takeContent(
    content: Extract<FrameContent, { readonly kind: "udp" | "tcp" }>,
    at: SeenAt & { readonly atUs: number },
    { places, isTapped }: FramePlaces,
  ): void {
    for (const place of places) {
      if (content.kind === "udp") {
        const { payload } = content;
        this.#udp.take({ ...at, ...this.#sockets.udp(content, payload), place, isTapped, bytes: payload });
        continue;
      }
      const segment = { ...content, ...this.#sockets.tcp(content) };
      if (!this.#tcp.take({ ...at, place, isTapped, segment }) && segment.payload.length > 0)
        note(this.#headless, `${segment.from} ${segment.to}`, at);
    }
  }

  /** Of conversations that could not be read only those count whose ends are known to speak our protocol. */
  #tellHeadless(): void {
    const { sockets, handshakes } = this.#book.talkers();
    for (const [pair, at] of this.#headless) {
      if (pair.split(" ").some((socket) => sockets.has(socket)))
        this.unjudged("a TCP connection whose beginning is not in the capture", at);
    }
    const addresses = new Set(
      handshakes.flatMap(({ initiator, responder }) => {
        const [one, other] = [addressOfSocket(initiator.socket), addressOfSocket(responder.socket)];
        return [`${one} ${other}`, `${other} ${one}`];
      }),
    );
    for (const [pair, at] of this.#fragments) if (addresses.has(pair)) this.unjudged("fragments of IP packets", at);
  }

  #report(finding: JudgedFinding): void {
    const key = `${finding.rule} ${finding.end} ${finding.socket ?? ""}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count > MAX_FINDINGS_PER_RULE || this.#findings.length >= MAX_FINDINGS) this.#leftOff += 1;
    else this.#findings.push(finding);
  }
}

function note(map: Map<string, SeenAt>, key: string, at: SeenAt): void {
  if (!map.has(key) && map.size < MAX_NOTED) map.set(key, at);
}
