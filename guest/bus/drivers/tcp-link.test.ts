/** What becomes of the platform's connection when the link over it is dropped. */
import { expect, test } from "vitest";
import { DeviceIdentity, EndpointBudget, TcpSecConnection } from "../../core/index.ts";
import { crypto } from "../loopback.fixture.ts";
import type { TcpConnection, TcpHandler } from "../../runtime/runtime.ts";
import { ManualClock } from "../sessions/manual-clock.fixture.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { TcpLink } from "./tcp-link.ts";

/** TCP to somebody who neither reads nor ends. */
class StuckTcp implements TcpConnection {
  readonly remote = { host: "192.0.2.1", port: 9 };
  readonly calls: string[] = [];
  readonly queuedBytes = 0;
  handler: TcpHandler | undefined;

  setHandler(handler: TcpHandler): void {
    this.handler = handler;
  }

  write(): boolean {
    this.calls.push("write");
    return false;
  }

  setReading(): void {
    this.calls.push("setReading");
  }

  end(): void {
    this.calls.push("end");
  }

  destroy(): void {
    this.calls.push("destroy");
  }
}

function linked() {
  const clock = new ManualClock();
  const tcp = new StuckTcp();
  const budget = new EndpointBudget();
  const connection = TcpSecConnection.responder({
    ...{ crypto, budget, nowMs: 0, random: (length: number) => new Uint8Array(length).fill(5) },
    identity: new DeviceIdentity(crypto, new Uint8Array(32).fill(1)),
    accept: { authorise: () => true },
  });
  const gone: TcpLink[] = [];
  const observer = { onSession: () => undefined, onGone: (link: TcpLink) => void gone.push(link) };
  return {
    clock,
    tcp,
    connection,
    gone,
    link: new TcpLink(tcp, connection, { clock, observer, budget, output: new OutputBuffer() }),
  };
}

test("a link that is dropped while its CLOSE waits for TCP lets go of TCP at once", () => {
  const { clock, tcp, connection, gone, link } = linked();
  connection.close(0, "", 0);
  tcp.handler?.onDrain();
  // Ended, with five seconds to say so: nothing but the drop cuts that short.
  expect([connection.isDead, clock.pending.length, tcp.calls.includes("destroy")]).toEqual([false, 1, false]);
  link.drop();
  expect(tcp.calls.filter((call) => call === "destroy")).toHaveLength(1);
  expect([link.isGone, gone, clock.pending]).toEqual([true, [link], []]);
  tcp.handler?.onClosed(undefined);
  expect(gone).toEqual([link]);
});

test("a link whose time to say goodbye is over lets go of TCP by itself", () => {
  const { clock, tcp, connection, gone, link } = linked();
  connection.close(0, "", 0);
  tcp.handler?.onDrain();
  clock.advanceTo(4_999);
  expect(tcp.calls).not.toContain("destroy");
  clock.advanceTo(5_000);
  expect([tcp.calls.at(-1), link.isGone, gone]).toEqual(["destroy", true, [link]]);
});
