/** Those who dial the suite: somebody else's, one dial after the other, at one port. */
import type { TransportMode } from "../../../contract/configuration.ts";
import { randomBytes } from "node:crypto";
import { HarnessError } from "../../host/harness-error.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { type Device, deviceOfSeed } from "../../observer/crypto/device.ts";
import type { SocketPlace } from "../../peer/transport/peer-socket.ts";
import type { DiallingCase } from "../stage/conform-case.ts";
import { DialledPlace } from "../stage/dialled-place.ts";
import type { DialledLane, Diallers } from "../stage/ground.ts";
import { DialCommand } from "./dial-command.ts";
import type { SuiteIdentities } from "./identity-file.ts";

/** A dialler waits longer after each failure, and remembers one for a minute. */
const DIAL_PATIENCE_MS = 150_000;
/** Who is started for the case dials at once, or once it is there. */
const COMMAND_PATIENCE_MS = 60_000;

/** Who dials, and how. */
export interface OutsideDialler {
  /** `each`: what a case asks for; the command is told. */
  readonly mode: TransportMode | "each";
  /** For a shell: started for each case, ended after it. Undefined: it dials by itself, again and again. */
  readonly command: string | undefined;
}

/** @throws HarnessError `conform-listen` */
export async function outsideDiallers(
  at: SocketPlace,
  dialler: OutsideDialler,
  { target, suite: [self] }: SuiteIdentities,
  patienceMs: number,
): Promise<{ readonly diallers: Diallers; readonly place: SocketPlace; readonly end: () => Promise<void> }> {
  const place = await openPlace(at, self, patienceMs);
  const stranger = deviceOfSeed(Uint8Array.from(randomBytes(32)));
  const { command, mode } = dialler;
  const dialPatienceMs = command === undefined ? DIAL_PATIENCE_MS : COMMAND_PATIENCE_MS;
  const laneFor = (one: DiallingCase): DialledLane => {
    return { at: place, targetId: target.deviceId, stranger, mode: mode === "each" ? one.mode : mode, dialPatienceMs };
  };
  const diallers = command === undefined ? new ThoseWhoDial(laneFor) : new ThoseWhoAreStarted(command, laneFor);
  const end = async (): Promise<void> => {
    await diallers.end();
    place.end();
  };
  return { diallers, place: place.place, end };
}

/** It dials by itself, whenever it likes. */
class ThoseWhoDial implements Diallers {
  readonly isTogether = false;
  readonly hint =
    "Does it dial this address and port, over UDP (and TCP), and again whenever a session ends? --dial-command starts it for each case.";
  readonly #laneFor: (conformCase: DiallingCase) => DialledLane;

  constructor(laneFor: (conformCase: DiallingCase) => DialledLane) {
    this.#laneFor = laneFor;
  }

  laneOf(conformCase: DiallingCase): Promise<DialledLane> {
    return Promise.resolve(this.#laneFor(conformCase));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** A command starts it for each case. */
class ThoseWhoAreStarted implements Diallers {
  readonly isTogether = false;
  readonly hint =
    "Run the command by hand, with UDPSEC_DIAL_HOST, UDPSEC_DIAL_PORT and UDPSEC_DIAL_MODE set: does it dial there, and stay until it is ended?";
  readonly #command: string;
  readonly #laneFor: (conformCase: DiallingCase) => DialledLane;
  #next: { readonly lane: DialledLane; readonly id: string } | undefined;
  #running: DialCommand | undefined;

  constructor(command: string, laneFor: (conformCase: DiallingCase) => DialledLane) {
    this.#command = command;
    this.#laneFor = laneFor;
  }

  laneOf(conformCase: DiallingCase): Promise<DialledLane> {
    const lane: DialledLane = { ...this.#laneFor(conformCase), stop: () => this.#stop() };
    this.#next = { lane, id: conformCase.id };
    return Promise.resolve(lane);
  }

  start(): Promise<void> {
    if (this.#next === undefined) throw new RangeError("no case has asked for it");
    const { lane, id } = this.#next;
    const { at, mode } = lane;
    const environment = {
      UDPSEC_DIAL_HOST: reachable(at.place.address),
      UDPSEC_DIAL_PORT: String(at.place.port),
      UDPSEC_DIAL_MODE: mode,
      UDPSEC_DIAL_DEVICE_ID: at.self.deviceId,
      UDPSEC_DIAL_STATIC_KEY: hex(at.self.staticPublicKey),
      UDPSEC_DIAL_CASE: id,
    };
    this.#running = new DialCommand(this.#command, environment, (words) => at.lose(words));
    return Promise.resolve();
  }

  async end(): Promise<void> {
    await this.#stop();
  }

  async #stop(): Promise<string | undefined> {
    const running = this.#running;
    this.#running = undefined;
    return await running?.stop();
  }
}

/** Nobody dials a wildcard. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

async function openPlace(at: SocketPlace, self: Device, patienceMs: number): Promise<DialledPlace> {
  try {
    return await DialledPlace.open(at, self, patienceMs);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "Is the address one of this host's, and the port free for UDP and TCP?";
    throw new HarnessError("conform-listen", `the suite can't listen at ${at.address}:${at.port}: ${why}`, hint, {
      cause,
    });
  }
}
