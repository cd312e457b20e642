/** Learns, asks the links, delivers: the way of a frame from one NIC to the others. */
import {
  flowName,
  udpSecPacketType,
  type DecisionRecord,
  type Delivery,
  type FrameInfo,
} from "../../contract/impairment/index.ts";
import type { FrameDirection } from "../capture/pcapng-blocks.ts";
import { corruptFrame } from "./corrupt-frame.ts";
import type { DelayQueue } from "./delay-queue.ts";
import {
  destinationAddress,
  ETHERNET_HEADER_BYTES,
  isGroupAddress,
  readLayout,
  sourceAddress,
  type FrameLayout,
} from "./frame-layout.ts";
import { linkName, type LinkTable } from "./link-table.ts";
import { MacTable } from "./mac-table.ts";

/** Where frames leave the switch. */
export interface FramePort {
  readonly name: string;
  /** @returns false if the port had to drop it */
  send(frame: Buffer): boolean;
}

export interface SwitchStats {
  readonly frames: number;
  readonly delivered: number;
  /** By reason: faults of links, and the switch's own. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface SwitchOptions {
  readonly ports: readonly FramePort[];
  readonly links: LinkTable;
  readonly delays: DelayQueue;
  readonly nowMs: () => number;
  /** Ports of services: what names a flow, whatever the ephemeral port at the other end. */
  readonly servicePorts: readonly number[];
  readonly capture: {
    frame(nic: string, direction: FrameDirection, frame: Buffer, more?: { comment?: string; atMs: number }): void;
  };
  /** The record of the decision taken last, if it was a remarkable one. */
  readonly takeRecord: () => DecisionRecord | undefined;
}

export class FrameSwitch {
  readonly #options: SwitchOptions;
  readonly #addresses = new MacTable<FramePort>();
  readonly #dropped: Record<string, number> = {};
  #frames = 0;
  #delivered = 0;

  constructor(options: SwitchOptions) {
    this.#options = options;
  }

  get stats(): SwitchStats {
    return { frames: this.#frames, delivered: this.#delivered, dropped: { ...this.#dropped } };
  }

  forward(from: FramePort, frame: Buffer): void {
    this.#frames += 1;
    if (frame.length < ETHERNET_HEADER_BYTES) {
      this.#drop("runt");
      return;
    }
    const source = sourceAddress(frame);
    if (!isGroupAddress(source)) this.#addresses.learn(source, from);
    const targets = this.#targets(from, frame);
    const layout = readLayout(frame);
    // One time for all that is decided on it and for the capture: who computes the decisions again has no other.
    const atMs = this.#options.nowMs();
    const decided = targets.map((to) => this.#decide({ from, to, atMs }, frame, layout));
    const comments = decided.flatMap(({ comment }) => comment ?? []);
    const remark = comments.length === 0 ? {} : { comment: comments.join("; ") };
    this.#options.capture.frame(from.name, "sent", frame, { ...remark, atMs });
    for (const { to, deliveries } of decided) {
      for (const delivery of deliveries) this.#deliver(to, frame, layout, delivery);
    }
  }

  #targets(from: FramePort, frame: Buffer): readonly FramePort[] {
    const address = destinationAddress(frame);
    const known = isGroupAddress(address) ? undefined : this.#addresses.find(address);
    if (known === undefined) return this.#options.ports.filter((port) => port !== from);
    return known === from ? [] : [known];
  }

  #decide(
    { from, to, atMs }: { readonly from: FramePort; readonly to: FramePort; readonly atMs: number },
    frame: Buffer,
    layout: FrameLayout,
  ): { readonly to: FramePort; readonly deliveries: readonly Delivery[]; readonly comment: string | undefined } {
    const info = frameInfo(from.name, to.name, frame, layout, this.#options.servicePorts);
    const { deliveries, reason } = this.#options.links.link(from.name, to.name).decide(info, atMs);
    if (deliveries.length === 0) this.#drop(reason ?? "link");
    const record = this.#options.takeRecord();
    if (record === undefined) return { to, deliveries, comment: undefined };
    const what = deliveries.length === 0 ? `dropped: ${reason ?? "link"}` : (reason ?? "changed");
    const comment = `${what} (${linkName(from.name, to.name)}, ${record.flow} #${record.index})`;
    return { to, deliveries, comment };
  }

  #deliver(to: FramePort, frame: Buffer, layout: FrameLayout, { delayMs, flips }: Delivery): void {
    const changed = flips === undefined ? frame : corruptFrame(frame, layout, flips);
    if (delayMs <= 0) {
      this.#hand(to, changed);
      return;
    }
    // A copy: a small frame that waits must not hold the whole chunk that it came in.
    const kept = changed === frame ? Buffer.from(frame) : changed;
    const { delays, nowMs } = this.#options;
    if (!delays.add(nowMs() + delayMs, () => this.#hand(to, kept))) this.#drop("delay-queue-full");
  }

  #hand(to: FramePort, frame: Buffer): void {
    if (!to.send(frame)) {
      this.#drop("port");
      return;
    }
    this.#delivered += 1;
    this.#options.capture.frame(to.name, "received", frame);
  }

  #drop(reason: string): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }
}

export function frameInfo(
  from: string,
  to: string,
  frame: Buffer,
  layout: FrameLayout,
  servicePorts: readonly number[],
): FrameInfo {
  const { protocol, sourcePort, destinationPort, payloadAt, payloadEnd } = layout;
  const service = [destinationPort, sourcePort].find((port) => port !== undefined && servicePorts.includes(port)) ?? 0;
  return {
    flow: flowName(from, to, protocol, service),
    protocol,
    sourcePort,
    destinationPort,
    lengthBytes: frame.length,
    payloadBytes: payloadEnd - payloadAt,
    packetType: protocol === "udp" ? udpSecPacketType(frame.subarray(payloadAt, payloadEnd)) : undefined,
  };
}
