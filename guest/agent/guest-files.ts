/** Where our guest keeps what the agent needs. */
import { openSync, readFileSync } from "node:fs";

const CONFIG_FILE = "/sys/firmware/qemu_fw_cfg/by_name/opt/udpsec/config/raw";
const EVENT_PORT = "/dev/virtio-ports/org.udpsec.events";
const WAIT_MS = 10_000;
const RETRY_MS = 20;

/** @returns the configuration's text, once the kernel shows it @throws the platform's error if it doesn't within 10 s */
export async function readGuestConfiguration(): Promise<string> {
  return await untilThere(() => readFileSync(CONFIG_FILE, "utf8"));
}

/** A port has one opener at a time: processes inherit the descriptor. */
export async function openEventPort(): Promise<number> {
  return await untilThere(() => openSync(EVENT_PORT, "w"));
}

async function untilThere<T>(attempt: () => T): Promise<T> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isMissing || performance.now() >= deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
