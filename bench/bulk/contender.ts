/** A transport as the table of bulk transfer sees it: one end takes bytes, the other sends them. */
export interface Contender {
  /** @param signals to the other process @param onBytes told of each piece that an application has been given */
  receive(signals: Signals, onBytes: (count: number) => void): Promise<void>;
  /** Connects. @returns what sends so many bytes, and resolves once the transport has taken them all */
  connect(signals: Signals): Promise<(totalBytes: number) => Promise<void>>;
}

/** Words between the two processes of a transfer, for ports, keys and offers. */
export interface Signals {
  send(word: unknown): void;
  /** @returns the next word of the other process, each once */
  next(): Promise<unknown>;
}

/** What a process tells of its side of a transfer. */
export interface SideMeasure {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  /** Allocated on V8's heap, where it was asked for. */
  readonly heapBytes?: number;
}

export interface TransferMeasure {
  readonly bytes: number;
  readonly sender: SideMeasure;
  readonly receiver: SideMeasure;
}
