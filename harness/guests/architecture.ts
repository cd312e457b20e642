/** The processors that QEMU is asked for, and what goes with each: one record per architecture. */
export const ARCHITECTURES = {
  x86_64: {
    emulator: "qemu-system-x86_64",
    package: "qemu-system-x86",
    /** Names another program than the one on PATH. */
    variable: "UDPSEC_QEMU",
    machine: "q35,graphics=off,vmport=off",
    cpu: "max",
    nic: "virtio-net-pci",
    rng: "virtio-rng-pci",
    block: "virtio-blk-pci",
    /** Of that machine: QEMU takes more of them without a word, and plugs them in nowhere. */
    serialPorts: 4,
    /** What its firmware leaves on the console without a line end. */
    firmwarePrompt: /^Booting from [A-Za-z/ ]{1,20}\.{2,3}/,
    /** A power-off is told on the control channel. */
    tellsPowerOff: true,
  },
  aarch64: {
    emulator: "qemu-system-aarch64",
    package: "qemu-system-arm",
    variable: "UDPSEC_QEMU_AARCH64",
    machine: "virt",
    // `max` boots three times slower on an emulated machine: it computes pointer authentication.
    cpu: "cortex-a72",
    nic: "virtio-net-pci",
    rng: "virtio-rng-pci",
    block: "virtio-blk-pci",
    // Later releases of QEMU have a second one.
    serialPorts: 1,
    firmwarePrompt: undefined,
    tellsPowerOff: true,
  },
  riscv64: {
    emulator: "qemu-system-riscv64",
    package: "qemu-system-misc",
    variable: "UDPSEC_QEMU_RISCV64",
    machine: "virt",
    cpu: "rv64",
    nic: "virtio-net-device",
    rng: "virtio-rng-device",
    block: "virtio-blk-device",
    serialPorts: 1,
    firmwarePrompt: undefined,
    // A power-off goes through the test finisher: QEMU ends with status 0 and no word.
    tellsPowerOff: false,
  },
} as const satisfies Readonly<Record<string, ArchitectureFacts>>;

interface ArchitectureFacts {
  readonly emulator: string;
  readonly package: string;
  readonly variable: string;
  readonly machine: string;
  readonly cpu: string;
  readonly nic: string;
  readonly rng: string;
  readonly block: string;
  readonly serialPorts: number;
  readonly firmwarePrompt: RegExp | undefined;
  readonly tellsPowerOff: boolean;
}

export type Architecture = keyof typeof ARCHITECTURES;

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES) as readonly Architecture[];
