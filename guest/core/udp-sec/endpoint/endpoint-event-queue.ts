/** Events for the driver. Bounded by what exists: "readable" and "writable" are told once per connection until taken. */
import type { EndpointEvent } from "./endpoint-event.ts";
import type { ConnectionHandle } from "./connection-handle.ts";

export class EndpointEventQueue {
  #events: EndpointEvent[] = [];
  #told: Record<"readable" | "writable", Set<ConnectionHandle>> = { readable: new Set(), writable: new Set() };

  push(event: EndpointEvent): void {
    if (event.type === "readable" || event.type === "writable") {
      const told = this.#told[event.type];
      if (told.has(event.connection)) return;
      told.add(event.connection);
    }
    this.#events.push(event);
  }

  take(): EndpointEvent[] {
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      this.#told = { readable: new Set(), writable: new Set() };
    }
    return events;
  }
}
