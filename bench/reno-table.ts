/**
 * udp-sec against the guest kernel's own Reno: the same two machines, the same links, as many bytes from `a` to `b`, from the first full frame that
 * leaves `a` to the last. The round trip is long, so that the path decides and not the emulated processor.
 */
import { join } from "node:path";
import type { CapturedFrame } from "../harness/capture/captured-frame.ts";
import { readCapture } from "../harness/capture/read-capture.ts";
import { projectRoot } from "../harness/host/project-root.ts";
import { daemon, delay, drop, openLab, selftest, type LabLink, type LabTopology } from "../harness/lab/index.ts";
import { type BenchEffort, type BenchRow, type BenchTable, median } from "./table/table.ts";

const LOSSES = [0.01, 0.05] as const;
const ROUND_TRIP_MS = 200;
const SEEDS = 3;
const BYTES = 512 * 1024;
const QUICK_BYTES = 256 * 1024;
/** A segment of TCP then carries about what a datagram of udp-sec does: 1,176 bytes and 1,158. */
const MTU = 1228;
const SEGMENT_BYTES = 1158;
/** Ethernet, IPv4, and more of a transport's header and content than anything but a full segment has. */
const FULL_FRAME_BYTES = 1200;
const [TCP, UDP] = [6, 17] as const;
const TCP_PORT = 9000;
/** The state of a socket in /proc/net/tcp. */
const LISTENING = "0A";
const ADDRESS_OF_B = "10.24.0.2";
const LISTENER_UP = "dsoftbus: udp-sec os listener up 37024";
const RECEIVED = "bench: received";
const RUN_LIMIT = "280s";

interface Path {
  readonly loss: number;
  readonly bytes: number;
  readonly seed: number;
}

export async function renoTable({ isQuick, announce }: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const loss of LOSSES) {
    const ours: number[] = [];
    const kernels: number[] = [];
    for (let seed = 1; seed <= (isQuick ? 1 : SEEDS); seed += 1) {
      const path = { loss, bytes: isQuick ? QUICK_BYTES : BYTES, seed };
      announce(`reno: ${loss * 100} % lost, seed ${seed}`);
      ours.push(megabits(path.bytes, await udpSecSeconds(path)));
      kernels.push(megabits(path.bytes, await kernelSeconds(path)));
    }
    const modelMbps = ((SEGMENT_BYTES * 8) / 1000 / ROUND_TRIP_MS) * Math.sqrt(1.5 / loss);
    const [mbps, kernelMbps] = [median(ours), median(kernels)];
    rows.push({
      what: `${loss * 100} % lost each way`,
      figures: {
        "udp-sec Mbit/s": mbps,
        "kernel's Reno Mbit/s": kernelMbps,
        "of the kernel's": mbps / kernelMbps,
        "model Mbit/s": modelMbps,
      },
    });
  }
  const title = `goodput of a bulk between two machines over the fabric, round trip ${ROUND_TRIP_MS} ms, median over seeds`;
  return { name: "reno", title, rows };
}

const megabits = (bytes: number, seconds: number): number => (bytes * 8) / 1e6 / seconds;

function networksOf(loss: number): Pick<LabTopology, "networks"> {
  const links: LabLink[] = [{ between: ["a", "b"], faults: [drop(loss), delay(`${ROUND_TRIP_MS / 2}ms`)] }];
  return { networks: { net: { kind: "fabric", links } } };
}

function openBenchLab(name: string) {
  return openLab({ name, runsFolder: join(projectRoot(), "build/bench/reno") });
}

async function udpSecSeconds({ loss, bytes, seed }: Path): Promise<number> {
  await using lab = openBenchLab("bench-udp-sec");
  const process = [selftest({ target: "b", probes: ["bulk"], mode: "udp-sec" })];
  const nodes = { a: { process, mtu: MTU }, b: { process: [daemon()], mtu: MTU } };
  const { a } = await lab.start({ ...networksOf(loss), nodes, workload: { bulkBytes: bytes } }, { seed });
  await a.reach("SELFTEST: udp-sec bulk ok", { within: RUN_LIMIT });
  const { artifactsFolder } = await lab.end();
  const sent = await framesSent(artifactsFolder, UDP);
  // The first messages of a handshake are as long as full packets; the third isn't.
  return fullFramesSeconds(sent.slice(sent.findIndex(({ wireLength }) => wireLength < FULL_FRAME_BYTES)));
}

async function kernelSeconds({ loss, bytes, seed }: Path): Promise<number> {
  await using lab = openBenchLab("bench-reno");
  const machine = { process: [daemon()], mtu: MTU };
  const { a, b } = await lab.start({ ...networksOf(loss), nodes: { a: machine, b: machine } }, { seed });
  await b.reach(LISTENER_UP, { within: RUN_LIMIT });
  await a.reach(LISTENER_UP, { within: RUN_LIMIT });
  // It would end when its input does, and the other end with it.
  const receive = `sleep 1000 | (busybox nc -l -p ${TCP_PORT} >/dev/null; echo ${RECEIVED} >/dev/console) &`;
  await b.exec(["sh", "-c", receive]);
  const port = TCP_PORT.toString(16).toUpperCase().padStart(4, "0");
  const listens = `until grep -q ":${port} .* ${LISTENING} " /proc/net/tcp /proc/net/tcp6; do usleep 50000; done`;
  await b.exec(["sh", "-c", `${listens}; echo bench: listens >/dev/console`]);
  await b.console.expect("bench: listens", { within: RUN_LIMIT });
  const send = `sysctl -qw net.ipv4.tcp_congestion_control=reno && head -c ${bytes} /dev/zero | busybox nc ${ADDRESS_OF_B} ${TCP_PORT} &`;
  await a.exec(["sh", "-c", send]);
  await b.console.expect(RECEIVED, { within: RUN_LIMIT });
  const { artifactsFolder } = await lab.end();
  return fullFramesSeconds(await framesSent(artifactsFolder, TCP));
}

/** What `a` sent of one protocol of IPv4. */
async function framesSent(artifactsFolder: string, protocol: number): Promise<CapturedFrame[]> {
  const { interfaces } = await readCapture(join(artifactsFolder, "a-nic0.pcap"));
  const frames = interfaces.flatMap((one) => one.frames);
  const isIpv4 = ({ bytes }: CapturedFrame): boolean => bytes.length >= 34 && bytes.readUInt16BE(12) === 0x0800;
  // The address of `b` is in the destination: bytes 30 to 33.
  return frames.filter(
    (frame) => isIpv4(frame) && frame.bytes[23] === protocol && frame.bytes.subarray(30, 34).join(".") === ADDRESS_OF_B,
  );
}

function fullFramesSeconds(frames: readonly CapturedFrame[]): number {
  const times = frames.filter(({ wireLength }) => wireLength >= FULL_FRAME_BYTES).map(({ timeUs }) => timeUs);
  if (times.length < 2) throw new RangeError("the capture of a has no transfer");
  return (Math.max(...times) - Math.min(...times)) / 1e6;
}
