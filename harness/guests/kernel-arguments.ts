const OF_ARCHITECTURE = {
  x86_64: [
    "console=ttyS0",
    // The time stamp counter is measured at boot, and on a loaded host measured wrong: a guest's clock then runs at a multiple of
    // the real one and its protocol timers fire early. QEMU's HPET counts its own nanoseconds and needs no measuring.
    "clocksource=hpet",
    "tsc=unstable",
    "no_timer_check",
    "noreplace-smp",
  ],
  // Its timer says its frequency: nothing is measured.
  aarch64: ["console=ttyAMA0"],
} as const;

/** Those that our kernel is fetched for. */
export type LinuxArchitecture = keyof typeof OF_ARCHITECTURE;

/**
 * The kernel's command line for any guest of the harness.
 *
 * @param extra more words
 */
export function kernelArguments(
  ipv6: boolean,
  extra: readonly string[] = [],
  arch: LinuxArchitecture = "x86_64",
): string {
  return [
    ...OF_ARCHITECTURE[arch],
    "quiet",
    "loglevel=4",
    // A panic ends the machine at once; with QEMU's -no-reboot it shows as guest-reset.
    "panic=-1",
    "oops=panic",
    // Neither the processor's generator nor QEMU's boot seed may stand in for the hardware source that a profile left out.
    "random.trust_cpu=off",
    "random.trust_bootloader=off",
    // One address space layout less to relocate on an emulated processor; the guest is a test rig.
    "nokaslr",
    "mitigations=off",
    // A second of an emulated boot: self-tests of the kernel's crypto, and checks of clocks that QEMU gives.
    "cryptomgr.notests",
    ...(ipv6 ? [] : ["ipv6.disable=1"]),
    ...extra,
  ].join(" ");
}
