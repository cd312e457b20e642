/** `auto` tried udp-sec, and took TCP when its deadline of 3 s had passed (dsoftbus-transport.md#35-repeats-deadlines-refusals, dsoftbus-transport.md#11-selection-policy). */
import { MSG1 } from "../scene/decode/udp-sec-header.ts";
import type { Tap } from "../scene/tap.ts";
import { secondsBetween, timedPackets } from "../scene/timed-packets.ts";
import { absent, confirmed, contradicted, type Rule } from "./rule.ts";

/** 3 s on the guest's clock; an emulated machine may be late by as much again. */
const LATEST_US = 6_000_000;
/** Repeated after 250, 250, 500, 500 ms, then every second. */
const LEAST_ATTEMPTS = 3;

export const fallbackWithinDeadline: Rule = {
  id: "fallback-within-deadline",
  text: "MSG1 was sent at least three times, then TCP was dialled within the deadline.",
  claims: "named",
  judge({ taps, input }) {
    const seen = taps.flatMap((tap) => {
      const attempts = timedPackets(tap, input.sessionPort).filter(
        ({ frame, header }) => header.type === MSG1 && frame.direction === "sent",
      );
      const [first] = attempts;
      return first === undefined ? [] : [{ tap, attempts: attempts.length, firstUs: first.timeUs }];
    });
    const [dialler] = seen;
    if (dialler === undefined) return absent("no MSG1 left a NIC: udp-sec was never tried");
    const synUs = firstSyn(dialler.tap, input.sessionPort);
    const tried = `${dialler.tap.name}: MSG1 sent ${dialler.attempts} times`;
    if (synUs === undefined) return contradicted(`${tried}, no TCP SYN to the session port`);
    const saw = `${tried}, first TCP SYN ${secondsBetween(dialler.firstUs, synUs)} after the first`;
    const tookUs = synUs - dialler.firstUs;
    const isGood = tookUs > 0 && tookUs <= LATEST_US && dialler.attempts >= LEAST_ATTEMPTS;
    return isGood ? confirmed(saw) : contradicted(saw);
  },
};

function firstSyn(tap: Tap, port: number): number | undefined {
  return tap.frames.find(({ packet, direction }) => {
    const tcp = packet?.ip?.transport;
    return direction === "sent" && tcp?.kind === "tcp" && tcp.destinationPort === port && tcp.syn && !tcp.ack;
  })?.captured.timeUs;
}
