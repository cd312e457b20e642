/** The data that stand in the page, unpacked when they are asked for. */
import { decodePackets, type PacketColumns } from "../model/packet-columns.ts";
import type { RunData, RunHead } from "../model/run-data.ts";

export interface LoadedRun {
  readonly data: RunData;
  /** Without rows if there are no packets. */
  readonly columns: PacketColumns;
}

export function readHeads(): RunHead[] {
  return JSON.parse(blockText("heads")) as RunHead[];
}

export function loadRun(index: number): Promise<LoadedRun> {
  return unpackRun(blockText(`run-${index}`), blockText(`packets-${index}`));
}

/** @param dataText @param packetsText deflated, in base64 */
export async function unpackRun(dataText: string, packetsText: string): Promise<LoadedRun> {
  const [data, packets] = await Promise.all([unpacked(dataText), unpacked(packetsText)]);
  const read = JSON.parse(new TextDecoder().decode(data)) as RunData;
  return { data: read, columns: decodePackets(packets, read.packets?.rows ?? 0) };
}

function blockText(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}

async function unpacked(packed: string): Promise<Uint8Array> {
  const text = atob(packed);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
