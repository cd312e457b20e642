// Who may import whom (docs/architecture.md). Core's rules are also the compiler's; here are those between rooms.
const TEST = "\\.(test|fixture|bench)\\.ts$";
const room = (name, from, allowed, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from, pathNot: TEST },
  to: { pathNot: [...allowed, from] },
});

/** The rooms of the harness, from the ground up: each may import what lies below it, nothing beside or above. */
const HARNESS_LAYERS = [
  ["host"],
  ["capture", "console"],
  ["observer"],
  ["peer"],
  ["markers"],
  ["guests"],
  ["evidence"],
  ["profiles"],
  ["fabric"],
  ["topology"],
  ["qemu"],
  ["worlds"],
  ["run"],
  ["history", "compare"],
  ["report"],
  ["minimize", "soak", "lab", "conform", "wireshark", "qlog"],
  ["cli"],
  ["sabotage", "chaos"],
  ["e2e"],
];

const harnessRooms = HARNESS_LAYERS.flatMap((rooms, layer) => {
  const below = HARNESS_LAYERS.slice(0, layer).flat();
  return rooms.map((name) => ({
    name: `harness-${name}`,
    severity: "error",
    comment: `${name} stands on ${below.join(", ") || "nothing"}.`,
    from: { path: `^harness/${name}/`, pathNot: TEST },
    to: { path: "^harness/", pathNot: [name, ...below].map((other) => `^harness/${other}/`) },
  }));
});

/** Layers inside a room, likewise. What lies in the room itself, in no folder, stands on all of them. */
const LAYERS_WITHIN = {
  observer: [["crypto"], ["wire", "noise", "keys"], ["handshakes", "follow"], ["rules"], ["sessions"], ["judging"]],
  peer: [["transport"], ["mux"], ["services"], ["lies"]],
  evidence: [["scene"], ["wire"], ["rules"], ["findings"]],
  worlds: [["live"], ["qemu", "sim", "loopback"]],
  run: [["judge"], ["result"], ["request"], ["script"]],
  report: [["model", "words"], ["gather", "page"], ["html"], ["live"]],
  lab: [["declare"], ["live"]],
  conform: [["stage"], ["cases", "grounds"], ["run"], ["report"]],
};

const foldersOfRooms = Object.entries(LAYERS_WITHIN).flatMap(([roomName, layers]) =>
  layers.flatMap((folders, layer) => {
    const below = layers.slice(0, layer).flat();
    return folders.map((name) => ({
      name: `${roomName}-${name}`,
      severity: "error",
      comment: `Within ${roomName}, ${name} stands on ${below.join(", ") || "nothing"}.`,
      from: { path: `^harness/${roomName}/${name}/`, pathNot: TEST },
      to: {
        path: `^harness/${roomName}/`,
        pathNot: [name, ...below].map((other) => `^harness/${roomName}/${other}/`),
      },
    }));
  }),
);

module.exports = {
  forbidden: [
    // Types count: a circle of types is as hard to understand as any other.
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    ...harnessRooms,
    ...foldersOfRooms,
    {
      name: "one-way-to-boot",
      severity: "error",
      comment:
        "Machines are started by a world (docs/decisions/009); the tests of machines themselves are named there.",
      from: {
        path: "^harness/",
        pathNot: ["^harness/qemu/", "^harness/run/real-ports\\.ts$", "^harness/e2e/(boot-times|guests\\.test)\\.ts$"],
      },
      to: { path: "^harness/qemu/machine\\.ts$" },
    },
    {
      name: "page-is-a-browsers",
      severity: "error",
      comment:
        "What runs in a browser knows the data that it is given, and nothing of Node or of the rest of the harness.",
      from: { path: "^harness/report/(page|model)/", pathNot: TEST },
      to: { pathNot: ["^harness/report/(page|model)/", "node_modules/uplot/"] },
    },
    {
      name: "harness-has-rooms",
      severity: "error",
      comment: "Every file of the harness lies in a room that has its place among the layers.",
      from: { path: "^harness/", pathNot: HARNESS_LAYERS.flat().map((name) => `^harness/${name}/`) },
      to: {},
    },
    room(
      "images",
      "^images/",
      ["^harness/host/", "node_modules", "^(?:[a-z_:/]+|v8)$"],
      "Images need the host's tools.",
    ),
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "noble-only-in-crypto",
      severity: "error",
      comment: "The core knows its primitives by an interface; noble is one implementation of it.",
      from: { path: "^guest/", pathNot: ["^guest/core/crypto/", "^guest/node/crypto/", TEST] },
      to: { path: "node_modules/@noble/" },
    },
    room(
      "core-stays-alone",
      "^guest/core/",
      ["node_modules/@noble/"],
      "The core imports nothing but itself and noble.",
    ),
    room("core-bytes", "^guest/core/bytes/", [], "A leaf."),
    room("core-crypto", "^guest/core/crypto/", ["^guest/core/bytes/", "node_modules/@noble/"], "A leaf but for bytes."),
    room("core-identity", "^guest/core/identity/", ["^guest/core/(bytes|crypto)/"], "Identity needs primitives only."),
    room("core-noise", "^guest/core/noise/", ["^guest/core/(bytes|crypto)/"], "Noise needs primitives only."),
    room(
      "core-udp-sec",
      "^guest/core/udp-sec/",
      ["^guest/core/(bytes|crypto|identity|noise)/", "^guest/core/[^/]+\\.ts$"],
      "udp-sec: noise and identity, not mux, tcp-sec or selection.",
    ),
    ...[
      ["packet", []],
      ["congestion", []],
      ["stream", []],
      ["recovery", ["packet", "congestion"]],
      ["handshake", ["packet"]],
      ["connection", ["packet", "congestion", "stream", "recovery", "handshake"]],
    ].map(([folder, below]) => ({
      name: `core-udp-sec-${folder}`,
      severity: "error",
      comment: `udp-sec is built in layers: ${folder} uses ${below.join(", ") || "none of the others"}.`,
      from: { path: `^guest/core/udp-sec/${folder}/`, pathNot: TEST },
      to: { path: "^guest/core/udp-sec/", pathNot: [folder, ...below].map((name) => `^guest/core/udp-sec/${name}/`) },
    })),
    room(
      "core-tcp-sec",
      "^guest/core/tcp-sec/",
      ["^guest/core/(bytes|crypto|identity|noise)/", "^guest/core/[^/]+\\.ts$"],
      "tcp-sec: noise and identity, not mux, udp-sec or selection.",
    ),
    room(
      "core-mux",
      "^guest/core/mux/",
      ["^guest/core/bytes/", "^guest/core/[^/]+\\.ts$"],
      "Mux knows the byte stream only.",
    ),
    room("core-discovery", "^guest/core/discovery/", ["^guest/core/bytes/"], "A codec and a table: bytes alone."),
    room("core-selection", "^guest/core/selection/", [], "A pure decision table."),
    room("core-qlog", "^guest/core/qlog/", ["^guest/core/trace\\.ts$"], "Text made of trace events."),
    {
      name: "core-by-its-door",
      severity: "error",
      comment: "What others need of the core is exported by guest/core/index.ts (docs/decisions/005).",
      // Attackers don't knock: they forge packets with the codecs of the core's own tests.
      from: { path: "^guest/(?!core/)", pathNot: [TEST, "^guest/attacks/"] },
      to: { path: "^guest/core/", pathNot: "^guest/core/index\\.ts$" },
    },
    room("contract", "^contract/", [], "Shared by guest and harness; imports nothing."),
    room("runtime", "^guest/runtime/", [], "The interface to the world; imports nothing."),
    room("bus", "^guest/bus/", ["^guest/(core|runtime)/", "^contract/"], "Runs in every world."),
    room("services", "^guest/services/", ["^guest/(core|runtime|bus)/", "^contract/"], "Never node:*."),
    room("dsoftbusd", "^guest/dsoftbusd/", ["^guest/(core|runtime|bus|services)/", "^contract/"], "Never node:*."),
    room("selftest", "^guest/selftest/", ["^guest/(core|runtime|bus|services)/", "^contract/"], "Never node:*."),
    room("sim", "^guest/sim/", ["^guest/(core|runtime|bus|services|dsoftbusd|selftest)/", "^contract/"], "No node:*."),
    room(
      "impairment",
      "^contract/impairment/",
      [],
      "One model of link faults for virtual and real time: needs nothing.",
    ),
    {
      name: "node-is-below-the-products",
      severity: "error",
      comment: "The Node runtime serves core and runtime; it knows no daemon.",
      from: { path: "^guest/node/", pathNot: TEST },
      to: { path: "^(guest/(dsoftbusd|selftest|services|agent|sim|programs)|harness|images)/" },
    },
    {
      name: "programs-serve-development",
      severity: "error",
      comment: "Programs run the stack in virtual time, against vectors or under kill -9: no product stands on them.",
      from: { path: "^(contract|guest/(?!programs/))", pathNot: TEST },
      to: { path: "^guest/programs/" },
    },
    {
      name: "harness-never-core",
      severity: "error",
      comment: "Evidence stays independent of what it judges.",
      // The broken agents are guest programs that stand with the suite they serve; the suite itself knows them by file name.
      from: { path: "^(harness|images)/", pathNot: [TEST, "^harness/sabotage/agents/"] },
      to: { path: "^guest/" },
    },
    {
      name: "guest-never-harness",
      severity: "error",
      from: { path: "^guest/", pathNot: TEST },
      to: { path: "^(harness|images)/" },
    },
    {
      name: "observer-shares-nothing",
      severity: "error",
      comment: "The observer is a second implementation of the specification, and written from it alone.",
      from: { path: "^harness/observer/", pathNot: TEST },
      to: { path: "^(guest|contract)/" },
    },
    {
      name: "peer-shares-nothing",
      severity: "error",
      comment:
        "A peer that shares code with the guest can't show what both get wrong. Its process speaks of itself as all do: by events.",
      from: { path: "^harness/peer/", pathNot: TEST },
      to: { path: "^guest/|^contract/(?!event)" },
    },
    {
      name: "evidence-shares-nothing",
      severity: "error",
      comment: "A checker that shares code with the checked proves nothing.",
      from: { path: "^harness/evidence/", pathNot: TEST },
      to: { path: "^guest/core/|node_modules/@noble/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|coverage|bench/peers)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
