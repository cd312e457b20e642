import { join } from "node:path";
import { nearestName } from "../../contract/nearest-name.ts";
import { SCENARIO_NAMES } from "../../contract/scenario-names.ts";
import { CASES } from "../conform/cases/index.ts";
import { SECTION_ORDER } from "../conform/stage/sections.ts";
import { buildFolder, isClone } from "../host/package-assets.ts";
import { loadMarkers, profileNames } from "../profiles/load.ts";
import { usageError, type Command } from "./command.ts";
import { completedCommand } from "./completed-command.ts";
import { bashScript } from "./completion/bash-script.ts";
import { zshScript } from "./completion/zsh-script.ts";
import { EXIT } from "./exit-codes.ts";

const SHELLS = { bash: bashScript, zsh: zshScript } as const;
const SHELL_NAMES = Object.keys(SHELLS);

/** @param others all commands but this one, whose words it completes */
export function completionCommand(others: readonly Command[]): Command {
  const command: Command = {
    name: "completion",
    summary: "a script by which your shell completes commands, options and values",
    usage: "bash|zsh",
    teaches: `
Prints a script for bash (4.3 or newer) or zsh. It completes commands, options, values where there are few, names of profiles, runs, scenarios,
markers and cases of conformance, files and folders. It is made of the options of the commands themselves, and nothing is started when a key is pressed: print it again after an
update. It holds for ./scripts/udpsec too.

bash, in ~/.bashrc:                   source <(udpsec completion bash)
zsh, in ~/.zshrc, after compinit:     source <(udpsec completion zsh)`,
    outcomes: { passed: "printed" },
    options: {},
    takes: SHELL_NAMES,
    examples: ["source <(udpsec completion bash)", "udpsec completion zsh > ~/.zfunc/_udpsec"],
    async run(parsed, io) {
      const [shell, ...rest] = parsed.positionals;
      if (shell === undefined) throw usageError("udpsec completion of which shell?", "bash or zsh");
      if (rest.length > 0 || !isShell(shell)) {
        const near = nearestName(shell, SHELL_NAMES);
        throw usageError(`no completion for ${shell}`, near === undefined ? "bash or zsh" : `did you mean ${near}?`);
      }
      const runsFolder = isClone() ? join(buildFolder(), "runs") : "build/runs";
      const names = {
        SCENARIO: [...SCENARIO_NAMES, "all"],
        CASES: [...SECTION_ORDER, ...CASES.map(({ id }) => id)],
        MARKER: loadMarkers().map(({ id }) => id),
      };
      const commands = [...others, command].map((one) => completedCommand(one, names));
      io.stdout.write(SHELLS[shell](commands, { runsFolder, profiles: profileNames() }));
      return EXIT.passed;
    },
  };
  return command;
}

function isShell(name: string): name is keyof typeof SHELLS {
  return Object.hasOwn(SHELLS, name);
}
