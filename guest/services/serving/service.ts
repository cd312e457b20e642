import type { ServiceName } from "../../../contract/service-names.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import type { Runtime } from "../../runtime/runtime.ts";

/** What a service knows of the stream that it serves. */
export interface ServiceContext {
  readonly session: BusSession;
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  /** What follows the `/` in the stream's name; empty if there is none. */
  readonly key: string;
  /** For the event port: what was done. */
  readonly report: (figures: Readonly<Record<string, unknown>>) => void;
}

/** Resolves when it is done with the stream, which is then finished; a BusError resets it. */
export type Service = (stream: BusStream, context: ServiceContext) => Promise<void>;

/** What a service may ask of who serves it. */
export interface ServiceHost {
  /** Called before the reply leaves that lets the peer know that its bytes came back and ours arrived. */
  onVerified(session: BusSession): void;
  /** What the status service answers. */
  status(): Promise<Readonly<Record<string, unknown>>>;
}

/** A service as programs carry it: one for each folder beside this one but `messages/`. */
export interface ServiceRecord {
  /** The part of a stream's name before `/`. */
  readonly name: ServiceName;
  create(host: ServiceHost): Service;
}

/** The services that a program carries, by name. */
export type ServiceRegistry = Readonly<Partial<Record<ServiceName, ServiceRecord>>>;
