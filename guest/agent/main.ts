/** The agent of images, and of `udpsec dev`: daemons with every service, self-tests, and a local world. */
import { runSelftest } from "../selftest/selftest.ts";
import { EVERY_SERVICE } from "../services/every-service.ts";
import { localWorldConfiguration } from "./local-world.ts";
import { runAgent } from "./run-agent.ts";

runAgent({ services: EVERY_SERVICE, runSelftest, localWorld: localWorldConfiguration });
