/** Valid first messages from many hosts that never go on: they know the responder's static key, and nothing else. */
import { DEFAULT_TRANSPORT_PARAMETERS, DeviceIdentity, Endpoint } from "../../core/index.ts";
import { Prng } from "../scheduler/prng.ts";
import { honestConnections } from "../adversaries/honest-connections.ts";
import type { TimelineStep } from "../plan/scenario.ts";
import type { WorldContext, WorldNode } from "./world-node.ts";

type FloodStep = Extract<TimelineStep, { kind: "flood" }>;

const FIRST_PORT = 40_000;

export class Flood {
  readonly #step: FloodStep;
  readonly #target: WorldNode;
  readonly #world: WorldContext;
  readonly #onOver: () => void;
  readonly #endpoint: Endpoint;
  #sent = 0;

  constructor(step: FloodStep, target: WorldNode, world: WorldContext, onOver: () => void) {
    this.#step = step;
    this.#target = target;
    this.#world = world;
    this.#onOver = onOver;
    const random = new Prng(world.seed, "flood");
    this.#endpoint = new Endpoint({
      crypto: world.crypto,
      random: (length) => random.bytes(length),
      identity: new DeviceIdentity(world.crypto, random.bytes(32)),
      accept: undefined,
      createConnection: honestConnections,
      parameters: DEFAULT_TRANSPORT_PARAMETERS,
      keyLog: world.keyLog,
    });
  }

  start(): void {
    const { queue, network } = this.#world;
    const nowMs = queue.nowMs;
    const { deviceId, staticPublicKey } = this.#target.identity;
    this.#endpoint.dial({ deviceId, staticPublicKey, address: this.#target.address }, {}, nowMs);
    const host = `10.66.0.${this.#sent % this.#step.hosts}`;
    for (let out = this.#endpoint.poll(nowMs); out !== undefined; out = this.#endpoint.poll(nowMs)) {
      network.send(out.datagram, { host, port: FIRST_PORT + this.#sent }, out.to);
    }
    this.#sent += 1;
    if (this.#sent < this.#step.attempts) queue.schedule(nowMs + this.#step.everyMs, () => this.start());
    else this.#onOver();
  }
}
