import { ProbeDigest } from "../wire/probe-content.ts";
import { MessageBytes, readGateTotal, readGateVerdict } from "../wire/service-messages.ts";
import type { GateTotal } from "../wire/service-messages.ts";
import type { WatchedService, ServiceRule, SharedServices, SinkSeen } from "../follow/mux-rule.ts";

export const sinkRule: ServiceRule = {
  id: "service-sink",
  service: "sink",
  text: "Nothing of a sink is read before its gate says so, and what is written to it is what the gate was told.",
  requirement: "V-15",
  watch: ({ role, key, shared, facts, stream, speak }) => {
    const sink = sinkOf(shared, key);
    const digest = new ProbeDigest();
    const add = (bytes: Uint8Array): void => {
      digest.add(bytes);
      sink.length += bytes.length;
      facts["bytes"] = sink.length;
    };
    const end = (): void => void (sink.digest ??= digest.finish());
    if (role === "client") {
      return {
        own: (bytes) => {
          add(bytes);
          const isFull = stream.ownBytes + bytes.length >= stream.credit;
          if (sink.announced === undefined && isFull) facts["creditWhenFilled"] = stream.credit;
        },
        ownClosed: (at) => {
          end();
          if (sink.announced !== undefined && !isSame(sink.announced, sink)) {
            speak("the gate was told of other content", at, "V-16");
          }
        },
      };
    }
    return {
      heard: add,
      heardClosed: end,
      // Nobody gives credit for what isn't read.
      ownGrants: (at) => {
        if (sink.announced === undefined) speak("credit for a sink whose gate has said nothing", at);
      },
    };
  },
};

export const gateRule: ServiceRule = {
  id: "service-gate",
  service: "gate",
  text: "The answer on a gate is what the sink of its key held.",
  requirement: "V-16",
  watch: (context) => (context.role === "client" ? watchClient(context) : watchServer(context)),
};

function watchClient({ key, shared, facts, speak }: WatchedService): ReturnType<ServiceRule["watch"]> {
  const asked = new MessageBytes();
  const answered = new MessageBytes();
  return {
    own: (bytes, at) => {
      asked.push(bytes);
      const message = asked.takeMessage();
      if (message === undefined) return;
      const { value, malformed } = readGateTotal(message);
      if (malformed !== undefined) return speak(malformed.text, at, malformed.requirement);
      const sink = sinkOf(shared, key);
      sink.announced ??= value;
      facts["announced"] = value.length;
      facts["queued"] = sink.length;
      if (sink.digest !== undefined && !isSame(value, sink)) speak("the gate is told of other content", at);
    },
    heard: (bytes) => {
      answered.push(bytes);
      const message = answered.takeMessage();
      if (message !== undefined) facts["verdict"] = readGateVerdict(message).value?.isOk === true;
    },
    ownClosed: (at) => {
      if (asked.waitingBytes > 0) speak("the stream ends within a message", at, "V-5");
    },
  };
}

function watchServer({ key, shared, speak }: WatchedService): ReturnType<ServiceRule["watch"]> {
  const asked = new MessageBytes();
  const answered = new MessageBytes();
  return {
    heard: (bytes) => {
      asked.push(bytes);
      const message = asked.takeMessage();
      const total = message === undefined ? undefined : readGateTotal(message).value;
      if (total !== undefined) sinkOf(shared, key).announced ??= total;
    },
    own: (bytes, at) => {
      answered.push(bytes);
      const message = answered.takeMessage();
      if (message === undefined) return;
      const { value, malformed } = readGateVerdict(message);
      if (malformed !== undefined) return speak(malformed.text, at);
      const sink = sinkOf(shared, key);
      if (sink.announced === undefined) return speak("an answer before a total arrived", at);
      if (sink.digest === undefined) return speak("an answer before the sink arrived whole", at);
      if (!isSame(value, sink)) speak(`the answer tells ${value.length} bytes, or another digest`, at);
      if (value.isOk !== isSame(sink.announced, sink)) speak(`the answer ${value.isOk ? "1" : "0"} is wrong`, at);
    },
    ownClosed: (at) => {
      if (answered.waitingBytes > 0) speak("the stream ends within an answer", at, "V-5");
    },
  };
}

function sinkOf({ sinks }: SharedServices, key: string): SinkSeen {
  let sink = sinks.get(key);
  if (sink === undefined) sinks.set(key, (sink = { length: 0, digest: undefined, announced: undefined }));
  return sink;
}

function isSame(total: GateTotal, { length, digest }: SinkSeen): boolean {
  return digest !== undefined && total.length === length && Buffer.compare(total.digest, digest) === 0;
}
