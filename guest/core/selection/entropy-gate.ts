/**
 * The entropy gate (dsoftbus-transport.md#11-selection-policy): without good randomness there is no Noise, over either
 * transport, so nothing listens and nothing dials. Weak entropy is not "udp-sec unavailable" and never leads to a fallback.
 */

/** `hardware`: a hardware source must feed the kernel's generator. `kernel`: the initialised generator alone will do. */
export type EntropyDemand = "hardware" | "kernel";

/** As the system reports it at this moment. */
export interface EntropyReading {
  readonly kernelInitialised: boolean;
  /** The source's name (`virtio_rng.0`), or undefined if none feeds the kernel. */
  readonly hardwareSource: string | undefined;
  /**
   * What the kernel credits the source with, 0 to 1,024 (all of its bits). Undefined: the kernel doesn't tell, and the source's name is
   * believed.
   */
  readonly hardwareQuality?: number | undefined;
}

export type EntropyWeakness = "kernel-not-initialised" | "no-hardware-source" | "hardware-source-not-credited";

export type EntropyVerdict = { readonly isOpen: true } | { readonly isOpen: false; readonly reason: EntropyWeakness };

/** No policy goes below the kernel's own word that its generator is initialised. */
export function judgeEntropy(reading: EntropyReading, policy: EntropyDemand): EntropyVerdict {
  if (!reading.kernelInitialised) return { isOpen: false, reason: "kernel-not-initialised" };
  const hasSource = reading.hardwareSource !== undefined && reading.hardwareSource !== "";
  if (policy === "hardware" && !hasSource) return { isOpen: false, reason: "no-hardware-source" };
  // The kernel reads such a source, but takes none of it for entropy.
  if (policy === "hardware" && reading.hardwareQuality === 0) {
    return { isOpen: false, reason: "hardware-source-not-credited" };
  }
  return { isOpen: true };
}
