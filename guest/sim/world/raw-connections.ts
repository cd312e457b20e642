/** The connections of a node without their endpoint's wrapping: what the checkers look at after every event. */
import { toHex } from "../../core/index.ts";
import { checkConnection } from "../checkers/connection-checks.ts";
import { SPECIFIED_LIMITS } from "../checkers/connection-facts.ts";
import { factsOf } from "./connection-facts-of.ts";
import type { ConnectionFactory, ConnectionStats, TransportConnection } from "../../core/index.ts";
import type { ConnectionFacts } from "../checkers/connection-facts.ts";

export interface RawConnection {
  /** 16 hex digits. */
  readonly session: string;
  readonly connection: TransportConnection;
}

export class RawConnections {
  readonly #node: string;
  #connections: RawConnection[] = [];

  /** @param node for messages */
  constructor(node: string) {
    this.#node = node;
  }

  /** @returns the same factory, whose connections are looked at from now on */
  watching(factory: ConnectionFactory): ConnectionFactory {
    return (setup) => {
      const connection = factory(setup);
      this.#connections.push({ session: toHex(setup.sessionId), connection });
      return connection;
    };
  }

  /** Power fails. */
  clear(): void {
    this.#connections = [];
  }

  /**
   * Checks every one that has not drained (dsoftbus-transport.md#5-acknowledgement-and-recovery, dsoftbus-transport.md#7-congestion-control, dsoftbus-transport.md#8-life-of-a-connection).
   *
   * @param onFacts told what each was found to be
   * @throws CheckViolation
   */
  check(onFacts?: (facts: ConnectionFacts) => void): void {
    let hasDrained = false;
    for (const { session, connection } of this.#connections) {
      if (connection.isDrained) hasDrained = true;
      else {
        const facts = factsOf(connection.stats() as ConnectionStats, this.#node, session);
        checkConnection(facts, SPECIFIED_LIMITS);
        onFacts?.(facts);
      }
    }
    if (hasDrained) this.#connections = this.#connections.filter(({ connection }) => !connection.isDrained);
  }
}
