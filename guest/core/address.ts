/** Where a datagram comes from or goes to. */
export interface Address {
  /** Numeric IPv4 or IPv6 text in the form that the driver reports it, so that equal addresses are equal strings. */
  readonly host: string;
  readonly port: number;
}
