/** What `udpsec explain` says of errors that end a command before, or beside, a verdict: exit status 2, and details of `setup-failed`. */
export const ERROR_TEXTS: Readonly<Record<string, string>> = {
  usage: "The command line is wrong; the message names the nearest option or command.",
  "profile-unknown": "No file of that name in fixtures/profiles; `udpsec list` shows all.",
  "profile-invalid": "A profile breaks its schema; the message names file, line and the nearest known key.",
  "proof-manifest-invalid":
    "The manifest of another project, or the list of what is required of it, can't be used; the message names file, line and key.",
  "phase-unknown": "--phase or RUN_PHASE names no phase of the profile's manifests; the message lists them.",
  "manifest-invalid": "fixtures/markers.toml, or a [[marker]] of a profile, breaks its schema.",
  "world-unsupported": "The profile doesn't run in that world: its network or its faults don't exist there.",
  "disk-full": "No space is left for the artifacts. Free some, or point LOG_DIR to another disk.",
  "artifacts-unwritable": "The artifact folder can't be written. LOG_DIR and --output-dir name another one.",
  "qemu-missing": "No qemu-system-x86_64. As root on Debian it is installed by itself; else set UDPSEC_QEMU.",
  "qemu-unusable": "QEMU is there but does not start; the message quotes it.",
  "kernel-unavailable": "The guest's kernel can't be fetched. Set UDPSEC_KERNEL (and UDPSEC_MODULES) to one you have.",
  "modules-unavailable": "The kernel's modules can't be found. UDPSEC_MODULES names their folder.",
  "busybox-unavailable": "No static busybox. UDPSEC_BUSYBOX names one.",
  assembler: "A line of a small guest's assembler can't be translated; the message names it.",
  "package-unavailable": "A Debian package that a guest boots from can't be fetched; the message quotes apt.",
  "guest-prepare": "The command `prepare` of a guest's table failed; the message quotes it.",
  "guest-file": "A file that a guest's table names isn't there; the message names the key and the path.",
  "tool-missing": "A program that makes the image is missing; the message names its package.",
  "image-failed": "The image could not be made; the message quotes the step that failed.",
  "bundle-failed": "The agent's sources do not bundle; the message quotes the compiler.",
  "cache-unusable": "The image cache can't be written. UDPSEC_CACHE names another folder.",
  "host-fault":
    "The operating system refused something: a file, a process, memory. The message says what, the hint what helps.",
  "temp-unusable": "The folder for temporary files can't be used. TMPDIR names another one.",
  "accelerator-unusable": "The forced accelerator does not run guests here. --accel auto finds one that does.",
  "sim-run": "The virtual world ended without a verdict; the message quotes what it wrote on stderr.",
  "sim-trial": "The virtual world ended while a run was tried again; what it wrote on stderr says why.",
  "trial-failed":
    "A trial of minimize could not be set up, so it says nothing about its decisions; the message says why.",
  "watch-failed":
    "--watch can't be told of changes: the system has no room for more watched files, or a folder can't be read.",
  "run-unknown": "No finished run of that name; runs are folders with a summary.json in build/runs.",
  "attach-ended":
    "The run has ended, was killed, or its machines are not there yet. Its files say what its consoles did.",
  "attach-no-console":
    "That node has no console to attach to: its machine has ended, or it is a process on the host. The message names those that have one.",
  "attach-no-terminal": "udpsec attach needs a terminal, but for --pause, --resume and --end.",
  "attach-refused":
    "The machine's door answered with a no, or not as this version of udpsec does; the message says why. Eight people may be at one machine.",
  "run-without-decisions": "Only runs over the fabric have a log of decisions to replay or to minimise.",
  "run-without-secrets":
    "The run left no secrets.txt: none of its processes spoke udp-sec, so nothing of its captures can be opened.",
  "run-without-capture": "The run left no capture: its network had none, or the files were removed.",
  "run-without-trace":
    "Nothing of the run's processes told what their endpoints do, and no NIC of it saw udp-sec: udpsec test PROFILE --qlog asks them.",
  "run-damaged": "A run's summary.json can't be read; the run may have been cut short by a full disk.",
  "recording-damaged": "A recorded run of the sabotage suite can't be read; the message says how to make it again.",
  "project-missing": "The bundle was started outside a clone: profiles, markers and sources are found from there.",
  "evidence-rule-unknown": "A profile or a marker names a rule of evidence that doesn't exist; the message lists all.",
  "capture-missing": "QEMU or the switch left no capture. QEMU's stderr in the artifacts says why.",
  "capture-damaged": "A capture is neither pcap nor pcapng, or lies about its own lengths: nothing is judged by it.",
  "capture-too-large": "A capture holds more than the evidence reads into memory. Let the profile transfer less.",
  "secrets-malformed":
    "A line of secrets is none; the message names file and line, docs/distributed/formats.md the form.",
  "plan-malformed": "A plan for udpsec judge breaks its schema; docs/judging.md shows one.",
  "identity-exists":
    "udpsec keygen writes over no file: it may hold the only copy of a device's seed. Name another one.",
  "identity-unwritable": "udpsec keygen can't write where it was told to; the message says why.",
  "conform-identity":
    "The identity file of udpsec conform can't be read or breaks its schema; docs/conformance.md shows one.",
  "conform-host": "The host that udpsec conform is to try is not known by that name.",
  "conform-listen": "The suite can't listen where udpsec conform --listen says.",
  "conform-nobody":
    "Nobody lets the suite in: nothing listens there, or it doesn't list the suite's device, or its static key is another. With --listen: nobody has dialled.",
  "conform-target-gone":
    "The target ended, hangs, or dials no more, while the suite ran; what it did until then is told.",
  "command-line":
    "The machine can't be written as a QEMU command: a socket path above 107 bytes (set TMPDIR to a shorter folder), or a MAC address that is none.",
  "no-free-port":
    "The harness's own peer needs a port of loopback that is free for UDP and TCP, and none of several was.",
  "machine-start":
    "QEMU ended before its control channel stood; the message quotes its stderr. With KVM try --accel tcg.",
  "qmp-closed": "QEMU closed its control channel while an answer was waited for: it ended, and its stderr says why.",
  "qmp-protocol": "What came over the control channel is no QMP. UDPSEC_QEMU may name another program.",
  "qmp-refused": "QEMU refused a command of its control channel; the message quotes it. Is it 7.2 or newer?",
  "qmp-timeout": "QEMU did not answer on its control channel. The host is overloaded, or an accelerator hangs.",
  "network-plan": "An address, route or number in the guests' network makes no sense; the message names it.",
  "init-report": "What init wrote at the guest's end can't be read: see NODE-init.log.",
  "fabric-socket":
    "The switch can't listen on a unix socket: the folder for temporary files (TMPDIR) must be writable.",
  "fabric-socket-path": "Unix sockets take paths up to 107 bytes. Set TMPDIR to a shorter folder.",
  "fabric-file": "The switch's capture or log of decisions can't be written: without it the run can't be judged.",
  "fabric-frame-too-long":
    "A guest's NIC sent what is no Ethernet frame: its QEMU and the switch disagree about the stream.",
  "fabric-decision-log": "A line of decisions.ndjson is no decision. Replay the log of a run's own artifacts.",
  LINK_SPEC: "A fault or a link of the profile makes no sense, such as a chance above 1; the message names it.",
  "host-tool-failed": "A program of the host that makes the image failed; the message quotes it.",
  "lab-in-thread": 'A lab was opened in a worker thread. With vitest: pool: "forks".',
  "lab-topology": "The topology of a lab makes no sense; the message says where. docs/lab.md shows one.",
  "lab-misuse": "A lab was called in the wrong order, or by a name that nothing bears; the message says which.",
  "lab-timed-out": "What a test waited for did not come in its time; the message shows what its console said last.",
  "lab-ended": "What a test waited for can't come any more: its node ended or crashed, or the test did.",
  "lab-failed": "A lab was left without a look at its result, and its run did not pass; the message says of what.",
  lz4: "The kernel's compressed image can't be unpacked: the file is damaged, or of another format.",
  "module-format": "A kernel module can't be read: UDPSEC_MODULES must name those of UDPSEC_KERNEL, for x86-64.",
  "module-order":
    "A kernel module that the guest needs is missing in UDPSEC_MODULES, or modules depend on each other in a circle.",
};
