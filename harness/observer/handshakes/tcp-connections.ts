/** Every TCP connection of a set of captures whose beginning was seen, at each tap by itself. */
import type { TcpContent } from "../wire/frame.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { HandshakeFinding, SeenAt } from "./handshake-rules.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import { SeenTcpHandshake, type OpenedRecord } from "./tcp-handshake.ts";
import { TcpStream } from "./tcp-stream.ts";

/** Connections that are looked at at a time; the oldest gives way. */
const MAX_CONNECTIONS = 16_384;

type TcpEnd = HandshakeFinding["end"];

export interface SeenSegment extends SeenAt {
  readonly atUs: number;
  readonly place: "sent" | "delivered";
  readonly isTapped: boolean;
  readonly segment: TcpContent;
}

export interface RecordSink {
  record(handshake: OpenedHandshake, record: OpenedRecord): void;
  /** That direction ended at that tap, in order or by a reset. */
  ended(
    handshake: OpenedHandshake,
    sender: TcpEnd,
    place: OpenedRecord["place"],
    partialBytes: number,
    at: SeenAt & { readonly atUs: number },
  ): void;
}

type Vantage = TcpEnd | "path";

interface View {
  readonly handshake: SeenTcpHandshake;
  readonly streams: Partial<Record<TcpEnd, TcpStream>>;
  readonly hasEnded: Set<TcpEnd>;
}

interface Connection {
  readonly initiator: string;
  readonly responder: string;
  readonly firstSequence: number;
  readonly views: Partial<Record<Vantage, View>>;
  readonly sent: Record<TcpEnd, boolean>;
}

export class TcpConnections {
  readonly #context: HandshakeContext;
  readonly #sink: RecordSink;
  readonly #connections = new Map<string, Connection>();

  constructor(context: HandshakeContext, sink: RecordSink) {
    this.#context = context;
    this.#sink = sink;
  }

  /** @returns whether its connection's beginning was seen */
  take(seen: SeenSegment): boolean {
    const connection = this.#connectionOf(seen);
    if (connection === undefined) return false;
    const { segment, place, isTapped } = seen;
    const sender = segment.from === connection.initiator ? "initiator" : "responder";
    if (place === "sent" && isTapped) connection.sent[sender] = true;
    const receiver = sender === "initiator" ? "responder" : "initiator";
    // Without a tap both places tell the same: one is enough.
    if (!isTapped && place === "sent") return true;
    const vantage = isTapped ? (place === "sent" ? sender : receiver) : "path";
    this.#takeAt(this.#viewOf(connection, vantage), sender, seen);
    return true;
  }

  #takeAt(view: View, sender: TcpEnd, seen: SeenSegment): void {
    const { segment, place, file, number, atUs } = seen;
    const firstSequence = segment.syn ? segment.sequence + 1 : segment.sequence;
    if (segment.syn) view.streams[sender] ??= new TcpStream(firstSequence);
    const stream = view.streams[sender];
    if (stream === undefined) return;
    if (segment.payload.length > 0) {
      const { pieces, differs, isLost } = stream.add(firstSequence, { bytes: segment.payload, file, number, atUs });
      for (const piece of pieces) view.handshake.take(sender, { ...piece, file, number, atUs });
      if (differs && view.handshake.isOurs && place === "sent")
        this.#context.report(
          findingOf("tcp-overlap", sender, "TCP sends other bytes than it sent there before", {
            file,
            number,
            from: segment.from,
          }),
        );
      if (isLost && view.handshake.isOurs)
        this.#context.unjudged("a TCP connection of which a part was not seen", seen);
    }
    const { handshake } = view.handshake;
    const isOver = segment.rst || (segment.fin && !stream.hasGap);
    if (!isOver || handshake === undefined || view.hasEnded.has(sender)) return;
    view.hasEnded.add(sender);
    this.#sink.ended(handshake, sender, place, view.handshake.partialBytes(sender), seen);
  }

  #connectionOf({ segment }: SeenSegment): Connection | undefined {
    const { from, to, syn, ack, sequence } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.#connections.get(key);
    const isFirst = syn && !ack;
    if (!isFirst || (known?.initiator === from && known.firstSequence === sequence)) return known;
    const connection: Connection = {
      initiator: from,
      responder: to,
      firstSequence: sequence,
      views: {},
      sent: { initiator: false, responder: false },
    };
    this.#connections.delete(key);
    const [oldest] = this.#connections.size >= MAX_CONNECTIONS ? this.#connections.keys() : [];
    if (oldest !== undefined) this.#connections.delete(oldest);
    this.#connections.set(key, connection);
    return connection;
  }

  #viewOf(connection: Connection, vantage: Vantage): View {
    const { initiator, responder, sent } = connection;
    const side = { initiator, responder, owner: vantage === "path" ? undefined : vantage };
    return (connection.views[vantage] ??= {
      handshake: new SeenTcpHandshake(
        this.#context,
        side,
        () => ({ ...sent }),
        (handshake, record) => {
          this.#sink.record(handshake, record);
        },
      ),
      streams: {},
      hasEnded: new Set(),
    });
  }
}
