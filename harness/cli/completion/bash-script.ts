/**
 * Completion for bash, as one script that runs nothing but bash: a key that is pressed must be answered at once, and nothing that was
 * typed is evaluated.
 */
import { shellCommand } from "../../host/shell-command.ts";
import type { CompletedCommand, CompletedValue, CompletionPlaces, WordKind } from "./completed-words.ts";

/** What the key calls. */
const MAIN = `_udpsec() {
  local cur word at prefix=
  local -a words=()
  COMPREPLY=()
  # Where = breaks words, what belongs together is put together again.
  for ((at = 1; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if ((\${#words[@]} > 0)) && [[ $word == = || \${words[-1]} == *= ]]; then words[-1]+=$word; else words+=("$word"); fi
  done
  cur=\${words[-1]}
  unset 'words[-1]'
  if ((\${#words[@]} == 0)); then _udpsec_command help --help --version; return; fi
  local command=\${words[0]} before=\${words[-1]}
  if [[ $command == help ]]; then _udpsec_command; return; fi
  if [[ $cur == --*=* ]]; then
    before=\${cur%%=*} prefix=\${cur%%=*}= cur=\${cur#*=}
    _udpsec_value "$command" "$before"
  elif [[ $before == --* ]] && _udpsec_value "$command" "$before"; then
    :
  elif [[ $cur == -* ]]; then _udpsec_option "$command"
  else _udpsec_argument "$command"
  fi
  # Bash replaces what stands behind the last sign that breaks words.
  if [[ $COMP_WORDBREAKS != *=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$prefix}"); fi
}
_udpsec_named_file() {
  if [[ $cur != *=* ]]; then _udpsec_among "$@"; return; fi
  prefix+=\${cur%%=*}=
  cur=\${cur#*=}
  _udpsec_paths -f
}
`;

/** @returns the script, to be sourced */
export function bashScript(commands: readonly CompletedCommand[], { runsFolder, profiles }: CompletionPlaces): string {
  return `# Completion of udpsec for bash. In ~/.bashrc: source <(udpsec completion bash)
_udpsec_among() {
  local word
  for word in "$@"; do [[ $word == "$cur"* ]] && COMPREPLY+=("$word"); done
  return 0
}
_udpsec_paths() {
  local path
  compopt -o filenames 2>/dev/null || :
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$@" -- "$cur")
}
_udpsec_file() { _udpsec_paths -f; }
_udpsec_folder() { _udpsec_paths -d; }
_udpsec_run() {
  if [[ $cur == */* ]]; then _udpsec_paths -d; return; fi
  _udpsec_among latest
  local path
  while IFS= read -r path; do _udpsec_among "\${path##*/}"; done < <(compgen -G "\${LOG_DIR:-${inDoubleQuotes(runsFolder)}}/*--*--*")
}
_udpsec_profile() {
  if [[ $cur == */* ]]; then _udpsec_paths -f; return; fi
  _udpsec_among all ${shellCommand(profiles)}
  _udpsec_paths -f -X '!*.toml'
}
_udpsec_command() { _udpsec_among ${shellCommand(commands.map(({ name }) => name))} "$@"; }
# Of a value: 1 if that option takes none.
_udpsec_value() {
  case "$1 $2" in
${commands.flatMap(({ name, options }) => options.flatMap((option) => valueCase(name, option.name, option.value))).join("\n")}
  *) return 1 ;;
  esac
}
_udpsec_option() {
  case $1 in
${commands.map(({ name, options }) => `  ${name}) _udpsec_among ${shellCommand(options.map((option) => option.name))} ;;`).join("\n")}
  esac
}
_udpsec_argument() {
  case $1 in
${commands.flatMap(({ name, takes }) => (takes === undefined ? [] : `  ${name}) ${answerOf(takes)} ;;`)).join("\n")}
  *) ;;
  esac
}
${MAIN}complete -F _udpsec udpsec
`;
}

function valueCase(command: string, option: string, value: CompletedValue | undefined): string[] {
  if (value === undefined) return [];
  const { kind, mayNameFile } = value;
  const answer = mayNameFile && Array.isArray(kind) ? `_udpsec_named_file ${shellCommand(kind)}` : answerOf(kind);
  return [`  ${shellCommand([`${command} ${option}`])}) ${answer} ;;`];
}

function answerOf(kind: WordKind | undefined): string {
  if (kind === undefined) return ":";
  return typeof kind === "string" ? `_udpsec_${kind}` : `_udpsec_among ${shellCommand(kind)}`;
}

function inDoubleQuotes(text: string): string {
  return text.replace(/[\\"$`]/g, String.raw`\$&`);
}
