/** An authenticated device that makes frames as it likes. */
import type { Attack } from "../attack.ts";
import { LoneSession } from "../../core/mux/session-pair.fixture.ts";
import type { Frame } from "../../core/mux/frame.ts";

const RULE = "dsoftbus-transport.md#12-mux-v2";
const RECEIVER = "guest/core/mux/frame-receiver.ts";
const DECODER = "guest/core/mux/frame-decoder.ts";

const KIB = 1024;

/** An OPEN of the peer, an initiator: ids 1, 3, 5, ... */
function open(streamId: number, name = `s${streamId}`, creditBytes = 64 * KIB): Frame {
  return { type: "open", streamId, priority: 3, creditBytes, name };
}

function victim(): LoneSession {
  return new LoneSession({ role: "responder" });
}

function isRejected({ end }: LoneSession): boolean {
  return end.end !== undefined;
}

/** What a rejected frame must lead to, or the prize. */
function unlessRejected(session: LoneSession, prize: string): string | undefined {
  return isRejected(session) ? undefined : prize;
}

const withoutCredit: Attack = {
  id: "mux-data-beyond-credit",
  aim: "makes the victim hold more bytes of a stream than it granted",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (!record.receive.spendCredit(lengthBytes)) {",
    replace: "if (!record.receive.spendCredit(lengthBytes) && lengthBytes < 0) {",
  },
  run: () => {
    const session = victim();
    session.receive(open(1));
    const chunk = new Uint8Array(32 * KIB);
    for (let index = 0; index < 4; index += 1) session.receive({ type: "data", streamId: 1, bytes: chunk });
    return unlessRejected(session, "128 KiB where 64 were granted");
  },
};

const creditOverflow: Attack = {
  id: "mux-credit-overflow",
  aim: "grants so much credit that the victim's sum overflows",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (!record.send.addCredit(bytes)) {",
    replace: "if (!record.send.addCredit(bytes) && bytes < 0) {",
  },
  run: () => {
    const session = victim();
    session.receive(open(1), { type: "window-update", streamId: 1, deltaBytes: 0xffff_0000 });
    return unlessRejected(session, "4 GiB of credit taken");
  },
};

const generousOpen: Attack = {
  id: "mux-open-with-unbounded-credit",
  aim: "makes the victim buffer without bound for a stream that it opens itself",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (creditBytes > MAX_STREAM_CREDIT_BYTES) throw creditError(`OPEN grants ${creditBytes} bytes`);",
    replace: "",
  },
  run: () => {
    const session = victim();
    session.receive(open(1, "s", 0x7fff_ffff));
    return unlessRejected(session, "2 GiB of credit in an OPEN");
  },
};

const churn: Attack = {
  id: "mux-open-and-reset",
  aim: "opens and resets streams as fast as the link carries them, to keep the victim's services busy",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (!this.#churn.spend(this.#nowMs)) return control.refuse(streamId, RstCode.BUSY);",
    replace: "",
  },
  run: () => {
    let accepted = 0;
    const session = new LoneSession({ role: "responder", acceptStream: () => ((accepted += 1), true) });
    for (let index = 0; index < 200; index += 1) {
      session.receive(open(1 + 2 * index), { type: "rst", streamId: 1 + 2 * index, code: 0 });
    }
    return accepted > 100 ? `${accepted} streams in one instant` : undefined;
  },
};

const tooManyStreams: Attack = {
  id: "mux-more-than-64-streams",
  aim: "opens streams until the victim's tables are full",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: 'if (!table.hasSlot("peer")) {',
    replace: 'if (!table.hasSlot("peer") && name === "") {',
  },
  run: () => {
    let accepted = 0;
    const session = new LoneSession({ role: "responder", acceptStream: () => ((accepted += 1), true) });
    for (let index = 0; index < 90; index += 1) session.receive(open(1 + 2 * index));
    return accepted > 64 ? `${accepted} streams are open` : undefined;
  },
};

const sameName: Attack = {
  id: "mux-one-name-twice",
  aim: "opens a second stream under a name that is in use, to be mistaken for the first",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (table.hasPeerName(name)) {",
    replace: 'if (table.hasPeerName(name) && name === "") {',
  },
  run: () => {
    let accepted = 0;
    const session = new LoneSession({ role: "responder", acceptStream: () => ((accepted += 1), true) });
    session.receive(open(1, "control"), open(3, "control"));
    return accepted > 1 ? "two streams of one name" : undefined;
  },
};

const refusals: Attack = {
  id: "mux-refusals-that-pile-up",
  aim: "sends OPENs without reading, so that refusals pile up at the victim",
  rule: RULE,
  defence: {
    file: "guest/core/mux/control-queue.ts",
    find: "if (this.#resets.size >= this.#limits.pendingResets) {",
    replace: "if (this.#resets.size < 0) {",
  },
  run: () => {
    const session = new LoneSession({ role: "responder", acceptStream: () => false });
    const frames = Array.from({ length: 600 }, (_, index) => open(1 + 2 * index));
    session.receive(...frames);
    return unlessRejected(session, "600 refusals wait");
  },
};

const skippedId: Attack = {
  id: "mux-id-out-of-turn",
  aim: "jumps ahead in the stream ids, so that ids in between are neither open nor closed",
  rule: RULE,
  defence: { file: "guest/core/mux/stream-table.ts", find: "if (id !== this.#nextPeerId) {", replace: "if (id < 0) {" },
  run: () => {
    const session = victim();
    session.receive(open(9));
    return unlessRejected(session, "an id out of turn");
  },
};

const oversize: Attack = {
  id: "mux-frame-of-a-megabyte",
  aim: "claims a payload of a megabyte, to hold the line for one stream",
  rule: RULE,
  defence: { file: DECODER, find: "if (lengthBytes > MAX_PAYLOAD_BYTES) {", replace: "if (lengthBytes < 0) {" },
  run: () => {
    const session = victim();
    session.receive(open(1));
    const header = new Uint8Array(12);
    header.set([2, 3, 0, 0]);
    const view = new DataView(header.buffer);
    view.setUint32(4, 1, true);
    view.setUint32(8, 40 * KIB, true);
    session.receive(header);
    return unlessRejected(session, "a frame of 40 KiB is waited for");
  },
};

const emptyUpdate: Attack = {
  id: "mux-window-update-of-nothing",
  aim: "makes the victim work for updates that say nothing",
  rule: RULE,
  defence: { file: DECODER, find: 'if (deltaBytes === 0) throw malformed("WINDOW_UPDATE of 0");', replace: "" },
  run: () => {
    const session = victim();
    session.receive(open(1), { type: "window-update", streamId: 1, deltaBytes: 0 });
    return unlessRejected(session, "an update of 0 passes");
  },
};

const beforeOpenAck: Attack = {
  id: "mux-data-before-open-ack",
  aim: "sends on a stream of the victim's that it hasn't accepted, and so needn't serve",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: 'if (record.openedBy === "local" && !record.isAcknowledged) {',
    replace: 'if (record.openedBy === "local" && !record.isAcknowledged && what === "") {',
  },
  run: () => {
    const session = new LoneSession({ role: "initiator" });
    session.session.open("control", 3);
    session.session.pump(0);
    session.receive({ type: "data", streamId: 1, bytes: new Uint8Array(9) });
    return unlessRejected(session, "bytes on a stream that nobody accepted");
  },
};

const neverOpened: Attack = {
  id: "mux-data-of-a-stream-never-opened",
  aim: "writes into streams that don't exist",
  rule: RULE,
  defence: {
    file: RECEIVER,
    find: "if (!this.#parts.table.wasOpened(streamId)) throw unknownStream(streamId);",
    replace: "",
  },
  run: () => {
    const session = victim();
    session.receive({ type: "data", streamId: 77, bytes: new Uint8Array(9) });
    return unlessRejected(session, "bytes for stream 77, which nobody opened");
  },
};

export const muxAttacks: readonly Attack[] = [
  withoutCredit,
  creditOverflow,
  generousOpen,
  churn,
  tooManyStreams,
  sameName,
  refusals,
  skippedId,
  oversize,
  emptyUpdate,
  beforeOpenAck,
  neverOpened,
];
