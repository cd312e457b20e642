/**
 * The kernel's command line for any guest of the harness.
 *
 * @param extra more words
 */
export function kernelArguments(ipv6: boolean, extra: readonly string[] = []): string {
  return [
    "console=ttyS0",
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
    // The time stamp counter is measured at boot, and on a loaded host measured wrong: a guest's clock then runs at a multiple of
    // the real one and its protocol timers fire early. QEMU's HPET counts its own nanoseconds and needs no measuring.
    "clocksource=hpet",
    "tsc=unstable",
    "no_timer_check",
    "noreplace-smp",
    ...(ipv6 ? [] : ["ipv6.disable=1"]),
    ...extra,
  ].join(" ");
}
