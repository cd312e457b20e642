/**
 * Optional observation of the core, shaped like qlog events. A connection without a sink pays one comparison per site.
 */
export interface TraceSink {
  /**
   * @param timeMs the injected clock
   * @param name qlog-shaped, such as `recovery:metrics_updated`
   * @param connection which connection, by its session id in hex; empty if none
   * @param data plain JSON values, owned by the sink from here on
   */
  event(timeMs: number, name: string, connection: string, data: Readonly<Record<string, unknown>>): void;
}
