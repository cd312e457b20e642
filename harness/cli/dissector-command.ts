import { dissectorScript } from "../wireshark/dissector.ts";
import { refuseArguments, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

export const dissectorCommand: Command = {
  name: "dissector",
  summary: "what Wireshark needs to read our packets",
  usage: "> udpsec.lua",
  teaches: `
Writes a dissector in Lua for Wireshark 4: UDP-sec, its records over TCP, and Mux v2. It takes a conversation by its first datagram,
whatever the port. Put it into Wireshark's folder of plugins (Help, About Wireshark, Folders), or name it: tshark -X lua_script:udpsec.lua.
What is sealed stays sealed: udpsec decrypt writes a capture in which it is open.`,
  options: {},
  examples: ["udpsec dissector > udpsec.lua", "tshark -X lua_script:udpsec.lua -r decrypted.pcapng -Y udpsec_mux"],
  async run(parsed, io) {
    refuseArguments("dissector", parsed);
    io.stdout.write(dissectorScript());
    return EXIT.passed;
  },
};
