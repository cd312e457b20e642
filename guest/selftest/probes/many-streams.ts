import { askForMirror } from "../../services/mirror/mirror-client.ts";
import { echoOnManyStreams } from "../../services/mirror/many-echoes.ts";
import { MAX_MIRRORED_STREAMS, MIRROR_SERVICE } from "../../services/mirror/mirror-codec.ts";
import { MAX_OPEN_STREAMS_PER_OPENER } from "../../core/index.ts";
import { check, type Probe } from "./probe.ts";

/** All 128 streams that a session may have, at once: 64 of each opener, every one echoing its own content. */
export const manyStreams: Probe = {
  run: async ({ session: getSession }) => {
    const session = await getSession();
    const mirror = await session.open(MIRROR_SERVICE, 2);
    // The stream that asks is one of ours.
    const own = MAX_OPEN_STREAMS_PER_OPENER - 1;
    await Promise.all([askForMirror(mirror, MAX_MIRRORED_STREAMS), echoOnManyStreams(session, own)]);
    mirror.finish();
    check((await mirror.read()) === undefined, "the daemon to end the mirror stream");
    return { transport: session.transport, streams: 1 + own + MAX_MIRRORED_STREAMS };
  },
};
