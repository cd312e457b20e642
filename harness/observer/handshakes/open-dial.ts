/** A MSG1 that wasn't seen before: whom it is for, and whether it opens. */
import { hex } from "../crypto/bytes.ts";
import { canonicalPoint, isSmallOrderPoint, KEY_BYTES } from "../keys/x25519-point.ts";
import { type FirstMessage, openFirstMessage } from "../noise/passive-xk.ts";
import { mac1KeyOf, type Msg1Parts } from "../wire/handshake-datagrams.ts";
import { PARAMS_BYTES, readParams } from "../wire/params.ts";
import type { UdpHeader } from "../wire/udp-header.ts";
import { SeenDial, mac1Of } from "./seen-dial.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import { digestOf, isAccountable, type SeenDatagram } from "./seen-datagram.ts";

export const UDP_PROLOGUE = "dsoftbus udp-sec v1";

interface Opened {
  readonly first: FirstMessage;
  readonly mac1Key: Uint8Array;
  readonly mac1IsRight: boolean;
}

/** @returns undefined: it stays shut, whatever the reason */
export function openDial(
  context: HandshakeContext,
  seen: SeenDatagram,
  header: UdpHeader,
  parts: Msg1Parts,
): SeenDial | undefined {
  const opened = openFirst(context, seen, parts);
  if (opened === undefined) return undefined;
  const { first, mac1Key, mac1IsRight } = opened;
  const { params, problem } = readParams(first.payload, header.low);
  const isPadded = first.payload.subarray(PARAMS_BYTES).some((byte) => byte !== 0);
  const { report } = context;
  // What was sealed only the initiator can have written: it answers for it wherever it is seen.
  if (problem !== undefined) report(findingOf("params", "initiator", `MSG1: ${problem}`, seen));
  if (isPadded) report(findingOf("padding", "initiator", "MSG1: padding that is not zero", seen));
  checkEphemeral(context, seen, "initiator", first.initiatorEphemeral, parts.noise);
  const refused = !mac1IsRight ? "mac1" : (problem ?? (isPadded ? "padding" : undefined));
  return new SeenDial(context, {
    initiator: seen.from,
    responder: seen.to,
    low: header.low,
    first,
    params,
    mac1Key,
    mac1: mac1Of(mac1Key, parts),
    refused,
    frame: { file: seen.file, number: seen.number, message: "MSG1" },
  });
}

function openFirst(context: HandshakeContext, seen: SeenDatagram, parts: Msg1Parts): Opened | undefined {
  const { secrets } = context;
  const ephemeral = parts.noise.subarray(0, KEY_BYTES);
  const open = (key: Uint8Array) =>
    openFirstMessage(UDP_PROLOGUE, key, parts.noise, (one, other) => secrets.shared(one, other));
  if (isAccountable(seen) && isSmallOrderPoint(ephemeral)) {
    context.report(findingOf("ephemeral-small-order", "initiator", "MSG1's ephemeral key has small order", seen));
    return undefined;
  }
  for (const key of secrets.staticKeys.values()) {
    const mac1Key = mac1KeyOf(key);
    if (hex(mac1Of(mac1Key, parts)) !== hex(parts.mac1)) continue;
    const first = open(key);
    if (first.kind === "opened") return { first, mac1Key, mac1IsRight: true };
    if (first.kind === "unknown") context.unjudged("MSG1 whose secrets are not known", seen);
    else if (isAccountable(seen))
      context.report(findingOf("message-1-opens", "initiator", "MSG1 doesn't open for whom its mac1 is made", seen));
    return undefined;
  }
  // Who only listens hears many a MSG1 that is nobody's; of what somebody sent, whose secrets are known, it is asked whom it is for.
  if (!isAccountable(seen)) return undefined;
  for (const key of secrets.staticKeys.values()) {
    const first = open(key);
    if (first.kind === "opened") return { first, mac1Key: mac1KeyOf(key), mac1IsRight: false };
  }
  tellStranger(context, seen, ephemeral, "MSG1");
  return undefined;
}

/** A first message that opens for nobody who is known. With a plan there is nobody else; without one it may be for somebody unknown. */
export function tellStranger(context: HandshakeContext, seen: SeenDatagram, ephemeral: Uint8Array, name: string): void {
  if (context.devices === undefined || !context.secrets.knows(ephemeral))
    context.unjudged(`${name} for a responder that is not known`, seen);
  else context.report(findingOf("message-1-opens", "initiator", `${name} opens for no device of the plan`, seen));
}

/** Encoding and freshness of a key whose message opened. */
export function checkEphemeral(
  context: HandshakeContext,
  seen: SeenDatagram,
  end: "initiator" | "responder",
  key: Uint8Array,
  noise: Uint8Array,
): void {
  if (hex(canonicalPoint(key)) !== hex(key))
    context.report(
      findingOf("ephemeral-canonical", end, "an ephemeral key in an encoding that X25519 doesn't write", seen),
    );
  const earlier = context.ephemeralKeys.use({
    key,
    message: digestOf(noise),
    conversation: `${seen.from} ${seen.to}`,
    address: seen.from.slice(0, seen.from.lastIndexOf(":")),
    isOwners: isAccountable(seen) && seen.isTapped,
  });
  if (earlier !== undefined)
    context.report(findingOf("ephemeral-fresh", end, `its ephemeral key was used before, between ${earlier}`, seen));
}
