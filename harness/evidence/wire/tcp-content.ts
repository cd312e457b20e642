/**
 * What a TCP connection to the session port holds: a handshake, and records that open. Without a key there may be no more than the
 * handshake, whose messages have their one length each, and the record that refuses it (dsoftbus-transport.md#10-tcp-transport).
 */
import type { EvidenceInput } from "../scene/evidence-input.ts";
import { plaintextSign } from "../scene/randomness.ts";
import type { TcpSession } from "../scene/tcp-connection.ts";

const CLIENT_LENGTHS = [48, 160];
const SERVER_LENGTHS = [144];
const LENGTH_BYTES = 2;

/** @returns what is wrong with what the connection carries */
export function contentProblem(session: TcpSession, { keys, keyLog }: EvidenceInput): string | undefined {
  const { connection, up, down, hasKey } = session;
  if (hasKey) {
    const [opened, records] = [up.opened + down.opened, up.records + down.records];
    return opened < records ? `${records - opened} of ${records} TCP records don't open` : undefined;
  }
  const streams = [
    { bytes: connection.fromClient.read().bytes, lengths: CLIENT_LENGTHS },
    { bytes: connection.fromServer.read().bytes, lengths: SERVER_LENGTHS },
  ];
  const wrong = streams.flatMap(({ bytes, lengths }) => lengthProblem(bytes, lengths) ?? [])[0];
  if (wrong !== undefined) return `${wrong}, on a TCP connection to the session port`;
  const isLogged = keyLog === true || keys.length > 0;
  if (isLogged && up.records > 0) return `${up.records} TCP records that no key of a handshake opens`;
  if (isLogged && down.records > 1) return `${down.records} TCP records to somebody who was refused`;
  return plaintextSign("TCP records up", up.ciphertexts) ?? plaintextSign("TCP records down", down.ciphertexts);
}

/** Of messages as far as they came. */
function lengthProblem(bytes: Buffer, lengths: readonly number[]): string | undefined {
  let at = 0;
  for (const expected of lengths) {
    if (at + LENGTH_BYTES > bytes.length) return undefined;
    const length = bytes.readUInt16LE(at);
    if (length !== expected) return `a message of ${length} bytes in place of ${expected}`;
    at += LENGTH_BYTES + length;
  }
  return undefined;
}
