/** Of the handshake: at most one connection of a device (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
import { closeBody } from "../../observer/wire/sealed-packet.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { type ListeningCase } from "../stage/conform-case.ts";

const COMMON = { over: "udp", target: "listens" } as const;

export const REPLACEMENT_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "3.5/replaced-without-a-word",
    requirements: ["H-53"],
    sends: "a device dials a second time, and sends a packet on the new connection",
    must: "end the old one without a word, and drop what still comes on it",
    run: async (stage) => {
      const first = await stage.raw();
      const old = await first.opened();
      await passed(QUIET_MS);
      const open = await stage.open();
      await open.isAlive();
      demand(old.peerClose === undefined, "the old connection is closed with a word");
      await passed(QUIET_MS / 2);
      old.send({ type: "PING" });
      await first.isQuiet("the old connection still answers");
    },
  },
  {
    ...COMMON,
    id: "3.5/close-replaces-nothing",
    requirements: ["H-53"],
    sends: "a device dials a second time, and all that it sends on the new connection is CLOSE",
    must: "keep the old connection",
    run: async (stage) => {
      const first = await stage.open();
      await first.isAlive();
      const second = await stage.raw();
      await second.second();
      const msg3 = second.third();
      const { session } = second;
      // An acknowledgement of the target's PING would be the first packet.
      if (session !== undefined) session.isAnswering = false;
      second.send(msg3);
      await second.nth("PING");
      session?.send({ type: "CLOSE", body: closeBody(0, new Uint8Array()) });
      await passed(QUIET_MS / 2);
      await first.isAlive();
    },
  },
  {
    ...COMMON,
    over: "selection",
    id: "3.5/udp-replaces-tcp",
    requirements: ["H-53"],
    sends: "a device that stands in a session over TCP dials over udp-sec and sends a packet",
    must: "end the TCP session with CLOSE NO_ERROR",
    run: async (stage) => {
      const old = await stage.openTcp();
      const open = await stage.open();
      await open.isAlive();
      await old.isClosedWith(0);
    },
  },
  {
    ...COMMON,
    over: "selection",
    id: "3.5/tcp-replaces-udp",
    requirements: ["H-53"],
    sends: "a device that stands in a session over udp-sec dials over TCP",
    must: "end the session over udp-sec without a word",
    run: async (stage) => {
      const old = await stage.open();
      await old.isAlive();
      const open = await stage.openTcp();
      open.mux.open("status", 1);
      await passed(QUIET_MS);
      demand(old.session.peerClose === undefined, "the session over udp-sec is closed with a word");
      await old.isSilent();
      await open.close();
    },
  },
];
