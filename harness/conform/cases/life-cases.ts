/** How a connection ends (dsoftbus-transport.md#8-life-of-a-connection). */
import { ascii, join, zeros } from "../../observer/crypto/bytes.ts";
import { closeBody } from "../../observer/wire/sealed-packet.ts";
import { readUdpHeader } from "../../observer/wire/udp-header.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { PEER_PARAMS } from "../../peer/transport/handshake-text.ts";
import type { PeerSession } from "../../peer/transport/peer-session.ts";
import type { CaseStage } from "../stage/case-stage.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import type { RawDial } from "../stage/raw-dial.ts";
import { openedBy } from "./handshake-steps.ts";
import { isAnswered, isTaken } from "./session-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const CLOSES = 3;
/** A probe timeout without backoff, which counts as 2 s at most, and time to spare. */
const LINGER_MS = 2_500;
const IDLE_MS = 3_000;
/** A target that looks for its idle timer once a second, in an emulated machine. */
const IDLE_SLACK_MS = 1_500;
const REPEAT_MS = 200;

/** @returns a connection on which a rule was broken: whatever comes is not answered */
async function closing(stage: CaseStage): Promise<{ dial: RawDial; session: PeerSession }> {
  const dial = await stage.raw();
  const session = await dial.opened();
  await isAnswered(session);
  session.isAnswering = false;
  session.send({ type: "PING", body: zeros(1) });
  await dial.nth("CLOSE");
  return { dial, session };
}

/** Its only answer is one CLOSE NO_ERROR. @throws PeerError */
async function isAnsweredOnce(stage: CaseStage, code: number, reason: Uint8Array): Promise<void> {
  const dial = await stage.raw();
  const session = await dial.opened();
  await isAnswered(session);
  session.isAnswering = false;
  const body = closeBody(code, reason);
  session.send({ type: "CLOSE", body });
  const { bytes } = await dial.nth("CLOSE");
  demand(
    Buffer.compare(openedBy(dial, bytes).subarray(16), zeros(3)) === 0,
    "the answer is no NO_ERROR without a reason",
  );
  session.send({ type: "CLOSE", body });
  session.send({ type: "PING" });
  await dial.isQuiet("the target says more than one CLOSE");
}

export const LIFE_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "8/close-is-answered-once",
    requirements: ["L-6", "RX-83", "RX-53"],
    sends: "CLOSE with APPLICATION and a reason, then again, and a PING",
    must: "answer with one CLOSE NO_ERROR without a reason, then fall silent",
    run: (stage) => isAnsweredOnce(stage, 6, ascii("enough")),
  },
  {
    ...COMMON,
    id: "8/close-with-an-unknown-code",
    requirements: ["L-13", "RX-83"],
    sends: "CLOSE with code 999",
    must: "end all the same: one CLOSE NO_ERROR",
    run: (stage) => isAnsweredOnce(stage, 999, new Uint8Array()),
  },
  {
    ...COMMON,
    id: "8/close-with-the-longest-reason",
    requirements: ["L-13", "P-13"],
    sends: "CLOSE with a reason of 255 bytes",
    must: "take it: one CLOSE NO_ERROR",
    run: (stage) => isAnsweredOnce(stage, 0, ascii("x".repeat(255))),
  },
  {
    ...COMMON,
    id: "8/closes-three-times",
    requirements: ["L-3", "L-4", "L-7"],
    sends: "a rule is broken, and no CLOSE of the target's is answered",
    must: "say CLOSE three times, 2 s apart at most, each under a pn of its own and with `window` 0, then fall silent",
    run: async (stage) => {
      const { dial } = await closing(stage);
      const startedMs = performance.now();
      await dial.nth("CLOSE", CLOSES);
      const took = performance.now() - startedMs;
      demand(took <= (CLOSES - 1) * LINGER_MS, `the third CLOSE comes ${Math.round(took)} ms after the first`);
      await passed(LINGER_MS);
      const closes = dial.of("CLOSE");
      demand(closes.length === CLOSES, `${closes.length} CLOSEs, not ${CLOSES}`);
      const pns = closes.map(({ bytes }) => readUdpHeader(bytes).value?.pn ?? 0);
      demand(new Set(pns).size === CLOSES, `CLOSEs share a pn: ${pns.join(", ")}`);
      const windows = closes.map(({ bytes }) => openedBy(dial, bytes).subarray(8, 12));
      demand(
        windows.every((window) => window.every((byte) => byte === 0)),
        "a CLOSE grants credit",
      );
      await dial.isQuiet("the target goes on after its last CLOSE");
    },
  },
  {
    ...COMMON,
    id: "8/closing-answers-rarely",
    requirements: ["RX-59", "L-3"],
    sends: "while the target closes, thirty PINGs come at once",
    must: "answer with CLOSE, at most one per probe timeout",
    run: async (stage) => {
      const { dial, session } = await closing(stage);
      const before = dial.count("PING") + dial.count("ACK");
      for (let count = 0; count < 30; count += 1) session.send({ type: "PING" });
      await passed(LINGER_MS);
      const closes = dial.count("CLOSE");
      demand(closes <= 2 * CLOSES, `${closes} CLOSEs for thirty packets`);
      // What its own CLOSE has overtaken may come.
      const others = dial.count("PING") + dial.count("ACK") - before;
      demand(others <= 2, "a closing target goes on to acknowledge");
    },
  },
  {
    ...COMMON,
    id: "8/close-ends-closing",
    requirements: ["L-5", "RX-58"],
    sends: "the target's first CLOSE is answered with CLOSE",
    must: "end at once: the third of its CLOSEs never comes",
    run: async (stage) => {
      const { dial, session } = await closing(stage);
      session.send({ type: "CLOSE", body: closeBody(0, new Uint8Array()) });
      await passed(LINGER_MS);
      // The second may have been on its way.
      demand(dial.count("CLOSE") < CLOSES, "the target goes on to say CLOSE");
    },
  },
  {
    ...COMMON,
    id: "8/forged-close",
    requirements: ["P-2", "RX-55"],
    sends: "a CLOSE that was sealed under another key",
    must: "drop it, and go on",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const { datagram } = session.seal({ type: "CLOSE", body: closeBody(0, new Uint8Array()) });
      const head = datagram.subarray(0, 26);
      dial.send(join(head, zeros(datagram.length - 26)));
      await isAnswered(session);
    },
  },
  {
    ...COMMON,
    id: "8/ping-after-half-of-the-idle-timeout",
    requirements: ["L-8", "H-11"],
    sends: "an idle timeout of 3 s is declared, and then nothing comes",
    must: "ask with PING after a second and a half, or sooner",
    isSlow: true,
    run: async (stage) => {
      const dial = await stage.raw({ params: { ...PEER_PARAMS, idleTimeoutMs: IDLE_MS } });
      const session = await dial.opened();
      await isAnswered(session);
      await passed(QUIET_MS);
      // Who asks sooner, by a PING of the mux, is answered, and need not ask again.
      const asked = (): number => dial.count("PING") + dial.count("DATA");
      const before = asked();
      await dial.changes.until("a packet that asks", () => (asked() > before ? true : undefined), IDLE_MS);
    },
  },
  {
    ...COMMON,
    id: "8/repeats-are-no-sign-of-life",
    requirements: ["L-9", "L-8"],
    sends: "an idle timeout of 3 s is declared, and then nothing comes but a PING that came before, again and again",
    must: "end without a word after 3 s: only what is new counts",
    isSlow: true,
    run: async (stage) => {
      const dial = await stage.raw({ params: { ...PEER_PARAMS, idleTimeoutMs: IDLE_MS } });
      const session = await dial.opened();
      const { pn, datagram } = session.seal({ type: "PING" });
      dial.send(datagram);
      await isTaken(session, pn);
      session.isAnswering = false;
      for (const untilMs = performance.now() + IDLE_MS + IDLE_SLACK_MS; performance.now() < untilMs;) {
        dial.send(datagram);
        await passed(REPEAT_MS);
      }
      demand(session.peerClose === undefined, "the target ends it with a CLOSE");
      session.send({ type: "PING" });
      await dial.isQuiet("the target answers: repeats have kept its connection alive");
    },
  },
  {
    ...COMMON,
    id: "8/fin-both-ways",
    requirements: ["L-2", "L-15", "M-30", "M-32"],
    sends: "FIN leaves; once the target's has come, CLOSE NO_ERROR",
    must: "finish too, wait for CLOSE, and answer it with one",
    run: async (stage) => {
      const open = await stage.open();
      const { session } = open;
      await open.isAlive();
      session.finish();
      await session.changes.until("FIN both ways", () => (session.isFinishedBothWays ? true : undefined));
      await passed(QUIET_MS);
      demand(session.peerClose === undefined, "the target closes first");
      await open.close();
      demand(open.session.peerClose?.code === 0, `CLOSE is answered with code ${open.session.peerClose?.code}`);
    },
  },
];
