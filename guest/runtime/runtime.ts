/**
 * The world as the daemon and the self-test see it: clock, sockets, entropy, console. Implemented on Node (`guest/node`) and
 * in virtual time (`guest/sim`). Nothing above this interface knows which one it runs in.
 */

export interface Runtime {
  readonly clock: Clock;
  readonly entropy: EntropySource;
  readonly udp: UdpSockets;
  readonly tcp: TcpSockets;
  readonly console: Console;
  /** Undefined where there are none to be told of, as in virtual time: then every address counts as usable. */
  readonly interfaces?: NetworkInterfaces;
}

/** What the platform tells of this host's network interfaces. */
export interface NetworkInterfaces {
  /** Those that are up, read from the system each time. */
  all(): readonly NetworkInterface[];
  /** @returns the address that the platform would send from to reach `host`; undefined: there is no route. Nothing is sent. */
  sourceFor(host: string): Promise<string | undefined>;
  /** Datagrams that this host, with all its programs, has sent in fragments since the start; undefined: not told. */
  fragmentedDatagrams(): number | undefined;
}

export interface NetworkInterface {
  readonly name: string;
  /** The largest IP packet that it carries whole; undefined: not told. */
  readonly mtuBytes: number | undefined;
  readonly isLoopback: boolean;
  /** Numeric, link-local IPv6 with its zone. */
  readonly addresses: readonly string[];
}

export interface Clock {
  /** Monotonic milliseconds, fractional; the origin means nothing. */
  nowMs(): number;
  /** Calls back once, never before `atMs`, never synchronously. */
  setTimer(atMs: number, callback: () => void): Timer;
}

export interface Timer {
  /** Idempotent; the callback will not run afterwards. */
  cancel(): void;
}

export interface EntropySource {
  randomBytes(length: number): Uint8Array;
  /** Read from the system each time it is asked (dsoftbus-transport.md#11-selection-policy, entropy gate). */
  status(): EntropyStatus;
}

export interface EntropyStatus {
  /** The kernel's generator is initialised. */
  readonly kernelInitialised: boolean;
  /** A hardware source (virtio-rng) feeds it: its name, or undefined. */
  readonly hardwareSource: string | undefined;
  /** What the kernel credits that source with, 0 to 1,024; undefined: it doesn't tell. */
  readonly hardwareQuality?: number | undefined;
}

/** Numeric address text and port. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** How many datagrams one call of a datagram handler may bring: bounds the work between two looks at the clock. */
export const MAX_BATCH_DATAGRAMS = 64;

export interface UdpSockets {
  /** @param port 0 for any @throws SocketError */
  bind(local: SocketAddress): Promise<UdpSocket>;
  /**
   * Sends an empty datagram and listens for the platform's word that nobody is there (ICMP port unreachable). For self-tests:
   * the transport itself ignores ICMP.
   * @returns true once that word came; false if it had not by `deadlineMs` (the clock's)
   */
  isPortClosed(remote: SocketAddress, deadlineMs: number): Promise<boolean>;
}

export interface UdpSocket {
  readonly local: SocketAddress;
  /**
   * Called with everything that arrived since the last call, at most `MAX_BATCH_DATAGRAMS`. One handler; set it before
   * anything can arrive.
   */
  onDatagrams(handler: (batch: readonly ReceivedDatagram[]) => void): void;
  /** Fire and forget: a full socket buffer or an ICMP error drops the datagram, as the network may. */
  send(datagram: Uint8Array, to: SocketAddress): void;
  /** Nothing reads the arrays any more that were given to `send`; false too where that can't be known. */
  readonly hasSentAll: boolean;
  /** Asks the platform for broadcast permission; discovery only. */
  setBroadcast(enabled: boolean): void;
  close(): void;
}

export interface ReceivedDatagram {
  readonly bytes: Uint8Array;
  readonly from: SocketAddress;
}

export interface TcpSockets {
  /** @throws SocketError */
  listen(local: SocketAddress, onConnection: (connection: TcpConnection) => void): Promise<TcpListener>;
  /** @throws SocketError; stops trying at `deadlineMs` (the clock's) */
  connect(remote: SocketAddress, deadlineMs: number): Promise<TcpConnection>;
}

export interface TcpListener {
  readonly local: SocketAddress;
  close(): void;
}

export interface TcpConnection {
  readonly remote: SocketAddress;
  /** One handler object; set it before yielding to the event loop. */
  setHandler(handler: TcpHandler): void;
  /** Queues bytes. @returns false when the platform's buffer is full: wait for `onDrain` before writing more */
  write(bytes: Uint8Array): boolean;
  /** Written and not handed on yet: while there are any, what was given to `write` must not change. */
  readonly queuedBytes: number;
  /** Stops and restarts reading: unread bytes stay with the kernel. */
  setReading(enabled: boolean): void;
  /** Sends what was written, then ends this side. */
  end(): void;
  /** Drops the connection at once. */
  destroy(): void;
}

export interface TcpHandler {
  onBytes(bytes: Uint8Array): void;
  onDrain(): void;
  /** The peer ended its side: no more bytes will come. */
  onEnd(): void;
  /** The connection is gone; nothing is called afterwards. */
  onClosed(error: SocketError | undefined): void;
}

/** A failure of the platform's sockets, with its code (`EADDRINUSE`, `ECONNREFUSED`, `ETIMEDOUT`, ...). */
export class SocketError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SocketError";
    this.code = code;
  }
}

export interface Console {
  /**
   * Prints one marker line on the serial console and its twin on the event port, synchronously: when it returns, the line has
   * left the process. That is what makes the order of a ladder causal.
   */
  marker(text: string): void;
  /**
   * A structured event for the event port; never on the serial console. Never throws: what can't be written is dropped and counted.
   */
  event(kind: string, data: Readonly<Record<string, unknown>>): void;
  /** What could not be written so far; undefined: this console always can. */
  readonly dropped?: { readonly events: number; readonly lines: number };
}
