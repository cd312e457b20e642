/** Who an end is by its proof, and what the plan says of it. */
import { hex } from "../crypto/bytes.ts";
import { readProof } from "../crypto/proof.ts";
import { findingOf, type HandshakeContext, type PlannedDevice } from "./handshake-context.ts";
import type { SeenAt } from "./handshake-rules.ts";

export interface CheckedIdentity {
  readonly deviceId: string | undefined;
  readonly refusal: "proof" | "device" | undefined;
}

/** A responder: its proof must hold, and be of the device whose static key was dialled. */
export function checkResponder(
  context: HandshakeContext,
  staticKey: Uint8Array,
  proof: Uint8Array,
  at: SeenAt,
): CheckedIdentity {
  const result = readProof("server", staticKey, proof);
  if (result.problem !== undefined) {
    context.report(findingOf("proof", "responder", `the responder's proof: ${result.problem}`, at));
    return { deviceId: undefined, refusal: "proof" };
  }
  const problem = deviceProblem(context, staticKey, result.deviceId);
  if (problem === undefined) return { deviceId: result.deviceId, refusal: undefined };
  context.report(findingOf("device", "responder", problem, at));
  return { deviceId: result.deviceId, refusal: "device" };
}

/** An initiator: a stranger breaks no rule by asking, but a proof that proves nothing does. */
export function checkInitiator(
  context: HandshakeContext,
  responderId: string | undefined,
  staticKey: Uint8Array,
  proof: Uint8Array,
  at: SeenAt,
): CheckedIdentity {
  const result = readProof("client", staticKey, proof);
  if (result.problem !== undefined) {
    context.report(findingOf("proof", "initiator", `the initiator's proof: ${result.problem}`, at));
    return { deviceId: undefined, refusal: "proof" };
  }
  const { deviceId } = result;
  const accepting = context.devices?.find((device) => device.deviceId === responderId);
  const isStranger = accepting !== undefined && !isAccepted(context, accepting, deviceId);
  const isOther = deviceProblem(context, staticKey, deviceId) !== undefined;
  return { deviceId, refusal: isStranger || (isOther && context.devices !== undefined) ? "device" : undefined };
}

function isAccepted({ devices }: HandshakeContext, { accepts }: PlannedDevice, deviceId: string): boolean {
  if (accepts === "anyone") return true;
  return accepts?.includes(deviceId) ?? devices?.some((device) => device.deviceId === deviceId) ?? true;
}

function deviceProblem({ secrets, devices }: HandshakeContext, staticKey: Uint8Array, id: string): string | undefined {
  const keyText = hex(staticKey);
  const known =
    devices?.find(({ staticKey: planned }) => planned === keyText)?.deviceId ?? secrets.deviceIdOf(staticKey);
  if (known !== undefined)
    return known === id ? undefined : `static key ${short(keyText)} is of ${short(known)}, not ${short(id)}`;
  const planned = devices?.find(({ deviceId }) => deviceId === id);
  return planned === undefined ? undefined : `${planned.name} has another static key than ${short(keyText)}`;
}

function short(text: string): string {
  return `${text.slice(0, 8)}..`;
}
