/** A real runtime whose interfaces a test makes up. */
import type { NetworkInterface, Runtime } from "../runtime/runtime.ts";
import { LOOPBACK, testRuntime } from "./loopback.fixture.ts";

export class MadeUpInterfaces {
  mtuBytes = 65_536;
  addresses: readonly string[] = [LOOPBACK];

  fragmented = 0;

  runtime(all = () => [this.#loopback]): Runtime {
    const interfaces = { all, sourceFor: async () => LOOPBACK, fragmentedDatagrams: () => this.fragmented };
    return { ...testRuntime(), interfaces };
  }

  get #loopback(): NetworkInterface {
    return { name: "lo", mtuBytes: this.mtuBytes, isLoopback: true, addresses: this.addresses };
  }
}
