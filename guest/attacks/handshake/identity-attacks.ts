/** Peers who aren't who they should be, or want more than one place. */
import type { Attack } from "../attack.ts";
import type { DeviceIdentity } from "../../core/index.ts";
import { identityOf } from "../../core/udp-sec/endpoint/wire.fixture.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../../core/udp-sec/handshake/transport-parameters.ts";
import { answersOf, stage, type HandshakeStage } from "./stage.ts";

const IDENTITY = "dsoftbus-transport.md#2-device-identity";
const REPEATS = "dsoftbus-transport.md#35-repeats-deadlines-refusals";
const SESSION_IDS = "dsoftbus-transport.md#33-session-ids";
const ACCEPTOR = "guest/core/udp-sec/handshake/acceptor.ts";
const DIAL = "guest/core/udp-sec/handshake/initiator-handshake.ts";
const ENDPOINT = "guest/core/udp-sec/endpoint/endpoint.ts";

function isEstablished({ responder, dialler }: HandshakeStage): boolean {
  return [...responder.events, ...dialler.events].some(({ type }) => type === "established");
}

/** Signs as the other side would, or with another key: what a device without the right to a name can do. */
function signingAs(identity: DeviceIdentity, proof: () => Uint8Array): DeviceIdentity {
  const forged = Object.create(identity) as DeviceIdentity;
  for (const name of ["staticKey", "staticPublicKey", "deviceId"] as const) {
    Object.defineProperty(forged, name, { value: identity[name] });
  }
  return Object.assign(forged, { proof });
}

const anotherDevice: Attack = {
  id: "another-device-answers",
  aim: "answers in the place of the device that was dialled, with a proof of its own",
  rule: IDENTITY,
  defence: {
    file: DIAL,
    find: "if (device?.deviceId !== this.target.deviceId) {",
    replace: "if (device === undefined) {",
  },
  run: () => {
    const on = stage();
    on.wire.dial(on.dialler, on.responder, undefined, identityOf("somebody else").deviceId);
    on.wire.settle();
    return isEstablished(on) ? "a connection with a device that wasn't dialled" : undefined;
  },
};

const borrowedProof: Attack = {
  id: "proof-borrowed-from-another-device",
  aim: "shows the proof that another device once sent it, over a handshake with its own key",
  rule: IDENTITY,
  defence: {
    file: "guest/core/identity/proof.ts",
    find: "return crypto.sha256(concatBytes(TAGS[side], staticPublicKey));",
    replace: "return crypto.sha256(concatBytes(TAGS[side], new Uint8Array(staticPublicKey.length)));",
  },
  run: () => {
    const victim = identityOf("victim");
    const on = stage({ accept: { authorise: (id) => id === victim.deviceId } });
    const identity = signingAs(identityOf("liar"), () => victim.proof("client"));
    const liar = on.wire.add("liar", { accept: undefined, identity });
    on.wire.dial(liar, on.responder);
    on.wire.settle();
    return isEstablished(on) ? "let in under another device's name" : undefined;
  },
};

const proofOfTheOtherSide: Attack = {
  id: "proof-reflected",
  aim: "a device gives back, as its own, the proof that it made in the other role",
  rule: IDENTITY,
  defence: {
    file: "guest/core/identity/proof.ts",
    find: 'client: encodeUtf8("client-static")',
    replace: 'client: encodeUtf8("server-static")',
  },
  run: () => {
    const identity = identityOf("two roles");
    const on = stage();
    const reflecting = on.wire.add("r", {
      accept: undefined,
      identity: signingAs(identity, () => identity.proof("server")),
    });
    on.wire.dial(reflecting, on.responder);
    on.wire.settle();
    return isEstablished(on) ? "a responder's proof passes for an initiator's" : undefined;
  },
};

const notInTheTable: Attack = {
  id: "device-that-is-not-in-the-table",
  aim: "connects with a valid identity that nobody listed",
  rule: IDENTITY,
  defence: {
    file: ACCEPTOR,
    find: "if (!this.#accept.authorise(device.deviceId, toHex(staticPublicKey))) {",
    replace: "if (!this.#accept.authorise(device.deviceId, toHex(staticPublicKey)) && nowMs < 0) {",
  },
  run: () => {
    const on = stage({ accept: { authorise: () => false } });
    on.wire.dial(on.dialler, on.responder);
    on.wire.settle();
    return on.responder.events.some(({ type }) => type === "established") ? "a stranger is let in" : undefined;
  },
};

const changedParameters: Attack = {
  id: "parameters-changed-midway",
  aim: "asks with small parameters, and finishes with others that were never judged",
  rule: "dsoftbus-transport.md#32-params",
  defence: {
    file: ACCEPTOR,
    find: " || !areEqual(content.parameters, state.peerParameters)",
    replace: "",
  },
  run: () => {
    const parameters = { ...DEFAULT_TRANSPORT_PARAMETERS };
    const on = stage({}, { parameters });
    on.wire.dial(on.dialler, on.responder);
    on.wire.step();
    Object.assign(parameters, { windowBytes: 1_048_576, idleTimeoutMs: 120_000 });
    on.wire.settle();
    return on.responder.events.some(({ type }) => type === "established")
      ? "MSG3 changes what MSG1 declared"
      : undefined;
  },
};

const manyWindows: Attack = {
  id: "handshakes-that-reserve-windows",
  aim: "one device finishes handshake after handshake, to reserve all memory for windows",
  rule: REPEATS,
  defence: {
    file: "guest/core/udp-sec/endpoint/connection-registry.ts",
    find: "for (const entry of unconfirmed.slice(0, -unconfirmedPerPeer)) this.#endReplaced(entry, nowMs);",
    replace: "void [unconfirmed, unconfirmedPerPeer, nowMs];",
  },
  run: () => {
    const on = stage({ limits: { bucketBurst: 1_000 } });
    for (let index = 0; index < 20; index += 1) {
      on.wire.dial(on.dialler, on.responder);
      on.wire.settle();
    }
    const { connections } = on.responder.endpoint.stats();
    return connections > 4 ? `${connections} windows reserved by one device that sends nothing` : undefined;
  },
};

const anotherAddress: Attack = {
  id: "packet-from-another-address",
  aim: "takes a connection over to another address by repeating its packets from there",
  rule: SESSION_IDS,
  defence: {
    file: ENDPOINT,
    find: 'if (!isSameAddress(entry.address, from)) return "wrong-address";',
    replace: "",
  },
  run: () => {
    const on = stage();
    on.wire.dial(on.dialler, on.responder);
    on.wire.settle();
    const established = on.dialler.events.find((event) => event.type === "established");
    if (established?.type !== "established") throw new RangeError("the stage made no connection");
    established.connection.write(Uint8Array.of(1), on.wire.nowMs);
    on.wire.delivers = () => false;
    on.wire.step();
    const data = on.wire.sentOf("DATA", on.dialler).at(-1)?.datagram.slice() ?? new Uint8Array(0);
    const before = on.responder.connections[0]?.openedPackets ?? 0;
    answersOf(on, on.responder, data, { host: "10.7.7.7", port: 7 });
    const after = on.responder.connections[0]?.openedPackets ?? 0;
    return after > before ? "a packet from a strange address was opened" : undefined;
  },
};

const answerFromAside: Attack = {
  id: "answer-from-another-address",
  aim: "answers a dial from an address that wasn't dialled",
  rule: SESSION_IDS,
  defence: { file: ENDPOINT, find: 'if (!isSameAddress(dial.address, from)) return "wrong-address";', replace: "" },
  run: () => {
    const on = stage();
    on.wire.dial(on.dialler, on.responder);
    on.wire.delivers = ({ from }) => from === on.dialler;
    on.wire.settle();
    const msg2 = on.wire.sentOf("MSG2")[0]?.datagram.slice() ?? new Uint8Array(0);
    const answers = answersOf(on, on.dialler, msg2, { host: "10.7.7.7", port: 7 });
    return answers.length > 0 ? "the dial went on with an answer from aside" : undefined;
  },
};

export const identityAttacks: readonly Attack[] = [
  anotherDevice,
  borrowedProof,
  proofOfTheOtherSide,
  notInTheTable,
  changedParameters,
  manyWindows,
  anotherAddress,
  answerFromAside,
];
