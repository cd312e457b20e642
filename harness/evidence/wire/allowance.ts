/** How often something may be seen that nobody provoked: so often at once, and so often in each second since the first frame. */
export interface Allowance {
  readonly atOnce: number;
  readonly perSecond: number;
}

export function allowed({ atOnce, perSecond }: Allowance, elapsedUs: number): number {
  return atOnce + Math.ceil((perSecond * elapsedUs) / 1e6);
}
