import { readUtf8 } from "../wire/reading.ts";
import { MessageBytes } from "../wire/service-messages.ts";
import type { ServiceRule } from "../follow/mux-rule.ts";

export const statusRule: ServiceRule = {
  id: "service-status",
  service: "status",
  text: "A status is one message, a JSON object, and its reader sends nothing.",
  requirement: "V-9",
  watch: ({ role, facts, speak }) => {
    if (role === "client") return { own: (bytes, at) => speak(`the client sends ${bytes.length} bytes`, at) };
    const messages = new MessageBytes();
    let count = 0;
    return {
      own: (bytes, at) => {
        messages.push(bytes);
        for (let message = messages.takeMessage(); message !== undefined; message = messages.takeMessage()) {
          count += 1;
          facts["messages"] = count;
          if (count > 1) speak("a second message", at);
          if (!isJsonObject(message)) speak("a message that is no JSON object", at);
        }
        if (messages.tooLong !== undefined) speak(messages.tooLong.text, at, messages.tooLong.requirement);
      },
      ownClosed: (at) => {
        if (messages.waitingBytes > 0) speak("the stream ends within a message", at, "V-5");
        else if (count === 0) speak("the stream ends without a message", at);
      },
    };
  },
};

function isJsonObject(message: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(readUtf8(message) ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
