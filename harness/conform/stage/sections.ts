/** Sections of docs/distributed/dsoftbus-transport.md that cases stand in, in its order. */
export const SECTIONS = {
  "2": "Device identity",
  "3": "Handshake over UDP",
  "3.1": "Datagrams",
  "3.2": "Params",
  "3.3": "Session ids",
  "3.4": "mac1, RETRY, cookies",
  "3.5": "Repeats, deadlines, refusals",
  "4.1": "Header",
  "4.2": "Bodies",
  "4.3": "Order of work on receipt",
  "5": "Acknowledgement and recovery",
  "6": "Stream and flow control",
  "7": "Congestion control",
  "8": "Life of a connection",
  "9": "Bounds and codes",
  "10": "TCP transport",
  "11": "Selection policy",
  "12": "Mux v2",
  services: "Services (services.md)",
} as const;

export type Section = keyof typeof SECTIONS;

// Numbers would stand before all other keys of an object, in an order of their own.
export const SECTION_ORDER = [
  ...["2", "3", "3.1", "3.2", "3.3", "3.4", "3.5", "4.1", "4.2", "4.3"],
  ...["5", "6", "7", "8", "9", "10", "11", "12", "services"],
] as readonly Section[];
