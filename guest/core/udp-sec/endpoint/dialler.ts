/** The dials of an endpoint: begins them, hands them their answers, ends them. */
import { CloseCode, type ConnectionEnd } from "../../connection-end.ts";
import { NoiseError } from "../../noise/noise-error.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { EndpointError } from "./endpoint-error.ts";
import type { DialOptions, EndpointOptions } from "./endpoint-options.ts";
import { HANDSHAKE_DEADLINE_MS } from "../handshake/constants.ts";
import { InitiatorHandshake, type VerifiedMsg2 } from "../handshake/initiator-handshake.ts";
import type { DialTarget } from "../handshake/handshake-settings.ts";
import { type HandshakeMilestone, traceMilestone } from "../handshake/handshake-trace.ts";
import { mapAddress } from "../../mapped-address.ts";
import { chooseSessionHalf } from "../handshake/session-half.ts";
import { encodeSessionId, type Header } from "../packet/header.ts";
import { sealClose } from "../packet/seal-close.ts";
import type { Agenda, Pollable } from "./agenda.ts";
import { Dial, type DialHooks } from "./dial.ts";
import type { DialHandle } from "./dial-handle.ts";
import type { EndpointEventQueue } from "./endpoint-event.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";

export interface DiallerParts {
  readonly options: EndpointOptions;
  readonly table: ConnectionTable;
  readonly agenda: Agenda<Pollable>;
  readonly events: EndpointEventQueue;
  readonly registry: ConnectionRegistry;
  /** A half that this side chose for something else already. */
  readonly isHalfTaken: (half: number) => boolean;
  /** A full session id that is somebody else's here. */
  readonly isSessionIdTaken: (sessionLow: number, sessionHigh: number) => boolean;
}

export class Dialler {
  readonly #parts: DiallerParts;
  readonly #hooks: DialHooks = { expire: (dial, nowMs) => this.#expire(dial, nowMs) };

  constructor(parts: DiallerParts) {
    this.#parts = parts;
  }

  /** @throws EndpointError if the target is not one, or the endpoint is full; AddressError */
  dial(target: DialTarget, { waitMs, msg1Copies }: DialOptions, nowMs: number): DialHandle {
    const { options, table, agenda, registry, isHalfTaken } = this.#parts;
    checkTarget(target);
    if (!registry.hasRoom) {
      throw new EndpointError("ENDPOINT_FULL", `${table.size} connections and dials exist: end one before the next`);
    }
    const sessionLow = chooseSessionHalf(options.random, isHalfTaken);
    if (sessionLow === undefined) {
      throw new EndpointError("BAD_RANDOM", "the random generator repeats itself: no free session id was found");
    }
    const handshake = beginHandshake(options, target, sessionLow, waitMs ?? HANDSHAKE_DEADLINE_MS, nowMs, msg1Copies);
    const dial = new Dial(handshake, this.#hooks);
    table.addDial(dial);
    agenda.wake(dial);
    this.#trace(dial, "attempted", nowMs, { peer: target.deviceId });
    return dial.handle;
  }

  receiveMsg2(dial: Dial, datagram: Uint8Array, header: Header, nowMs: number): DropReason | undefined {
    if (this.#parts.isSessionIdTaken(header.sessionLow, header.sessionHigh)) return "session-half-in-use";
    const result = dial.handshake.receiveMsg2(datagram, header, nowMs);
    switch (result.type) {
      case "drop":
        return result.reason;
      case "wrong-peer":
        this.#fail(dial, { name: "AUTH", code: undefined, reason: result.reason, by: "local" }, nowMs);
        return "peer-refused";
      case "verified":
        this.#prepare(dial, result.verified, nowMs);
        return undefined;
    }
  }

  receiveRetry(dial: Dial, datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const reason = dial.handshake.receiveRetry(datagram, nowMs);
    if (reason === undefined) this.#parts.agenda.wake(dial);
    return reason;
  }

  /** The application gives up. Nothing happens to a dial that is over. */
  abandon(handle: DialHandle, nowMs: number): void {
    const dial = this.#parts.table.findDial(handle.sessionLow);
    if (dial?.handle !== handle) return;
    const end: ConnectionEnd = { name: "HANDSHAKE_TIMEOUT", code: undefined, reason: "abandoned", by: "local" };
    this.#fail(dial, end, nowMs);
  }

  #prepare(dial: Dial, verified: VerifiedMsg2, nowMs: number): void {
    const { registry, agenda } = this.#parts;
    const { target, sessionLow } = dial.handshake;
    if (!registry.hasBudget) {
      verified.sendKey.fill(0);
      verified.receiveKey.fill(0);
      this.#fail(dial, { name: "BUSY", code: undefined, reason: "no memory left for its window", by: "local" }, nowMs);
      return;
    }
    const sendKey = verified.sendKey.slice();
    const peer = { deviceId: target.deviceId, staticPublicKey: target.staticPublicKey };
    const finished = { ...verified, sessionLow, address: target.address, peer };
    const entry = registry.prepareDialled(finished, (atMs) => this.#confirm(dial, atMs), nowMs);
    dial.unconfirmed = { entry, sendKey };
    this.#trace(dial, "peer_validated", nowMs);
    agenda.wake(dial);
  }

  /** The first packet of the responder was opened. @returns whether it wasn't a refusal */
  #confirm(dial: Dial, nowMs: number): boolean {
    const { table, agenda, registry } = this.#parts;
    const { unconfirmed } = dial;
    if (unconfirmed === undefined) return false;
    const { end } = unconfirmed.entry.connection;
    if (end !== undefined) {
      this.#fail(dial, end, nowMs);
      return false;
    }
    this.#trace(dial, "handshake_confirmed", nowMs);
    unconfirmed.sendKey.fill(0);
    dial.unconfirmed = undefined;
    dial.handshake.establish();
    agenda.forget(dial);
    table.finishDial(dial);
    registry.tellEstablished(unconfirmed.entry, dial.handle);
    return true;
  }

  #expire(dial: Dial, nowMs: number): Uint8Array | undefined {
    const { unconfirmed } = dial;
    let close: Uint8Array | undefined;
    if (unconfirmed !== undefined && dial.handshake.hasSentMsg3) {
      const { sessionLow, sessionHigh } = unconfirmed.entry;
      const sessionId = encodeSessionId(sessionLow, sessionHigh);
      // If MSG3 arrived after all, the responder need not wait for its idle timeout. pn 1: nothing else left before.
      close = sealClose(
        this.#parts.options.crypto,
        unconfirmed.sendKey,
        sessionId,
        1,
        CloseCode.APPLICATION,
        "handshake timeout",
      );
    }
    const reason = dial.handshake.isAuthenticated ? "MSG3 was never confirmed" : "no valid MSG2 came";
    this.#fail(dial, { name: "HANDSHAKE_TIMEOUT", code: undefined, reason, by: "local" }, nowMs);
    return close;
  }

  #fail(dial: Dial, end: ConnectionEnd, nowMs: number): void {
    const { table, agenda, events, registry } = this.#parts;
    this.#trace(dial, "closed", nowMs, { trigger: end.name, by: end.by });
    if (dial.unconfirmed !== undefined) {
      dial.unconfirmed.sendKey.fill(0);
      // Nobody will poll it again: it gives back what it reserved, and wipes its keys, now.
      dial.unconfirmed.entry.connection.endLocally("HANDSHAKE_TIMEOUT", nowMs);
      registry.discard(dial.unconfirmed.entry);
      dial.unconfirmed = undefined;
    }
    dial.handshake.fail(end);
    agenda.forget(dial);
    table.finishDial(dial);
    events.push({ type: "dial-failed", dial: dial.handle, end });
  }

  #trace(dial: Dial, milestone: HandshakeMilestone, nowMs: number, data?: Readonly<Record<string, unknown>>): void {
    const { trace } = this.#parts.options;
    const sessionHigh = dial.unconfirmed?.entry.sessionHigh ?? 0;
    if (trace !== undefined) traceMilestone(trace, nowMs, [dial.handshake.sessionLow, sessionHigh], milestone, data);
  }
}

/** A static key may come from an announcement: one of small order is a bad target, not a fault of ours. */
function beginHandshake(...parameters: ConstructorParameters<typeof InitiatorHandshake>): InitiatorHandshake {
  try {
    return new InitiatorHandshake(...parameters);
  } catch (error) {
    if (!(error instanceof NoiseError)) throw error;
    throw new EndpointError("BAD_TARGET", `no handshake is possible with this static public key: ${error.message}`);
  }
}

function checkTarget(target: DialTarget): void {
  if (target.staticPublicKey.length !== 32) {
    throw new EndpointError("BAD_TARGET", `the static public key has ${target.staticPublicKey.length} bytes, not 32`);
  }
  if (!/^[0-9a-f]{64}$/.test(target.deviceId)) {
    throw new EndpointError("BAD_TARGET", `"${target.deviceId}" is no device id: 64 lowercase hex digits`);
  }
  mapAddress(target.address.host);
}
