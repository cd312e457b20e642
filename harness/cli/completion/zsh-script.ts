/** Completion for zsh, with what each word does beside it. Like that for bash it runs nothing but the shell. */
import { shellCommand } from "../../host/shell-command.ts";
import type { CompletedCommand, CompletedOption, CompletionPlaces, WordKind } from "./completed-words.ts";

/** @returns the script, to be sourced after `compinit`, or to be kept as `_udpsec` in a folder of `fpath` */
export function zshScript(commands: readonly CompletedCommand[], { runsFolder, profiles }: CompletionPlaces): string {
  return `#compdef udpsec
# Completion of udpsec for zsh. In ~/.zshrc, after compinit: source <(udpsec completion zsh)
_udpsec_command() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  _describe -t commands command commands
}
_udpsec_run() {
  local folder=\${LOG_DIR:-${quoted(runsFolder)}}
  local -a runs=($folder/*--*--*(N:t))
  compadd -- latest $runs
  [[ $PREFIX == */* ]] && _files -/
}
_udpsec_profile() {
  compadd -- all ${shellCommand(profiles)}
  _files -g '*.toml'
}
_udpsec_named_file() {
  if compset -P 1 '*='; then _files; else compadd -- "$@"; fi
}
_udpsec() {
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  _arguments -C '(- *)--help[this text]' '(- *)--version[the version]' '1:command:_udpsec_command' '*::argument:->arguments' && return
  [[ $state == arguments ]] || return
  case $line[1] in
${commands.map(commandCase).join("\n")}
  help) _arguments '1:command:_udpsec_command' ;;
  esac
}
if [[ $funcstack[1] == _udpsec ]]; then _udpsec "$@"; else compdef _udpsec udpsec; fi
`;
}

function commandCase({ name, options, takes }: CompletedCommand): string {
  const specs = [
    ...options.map(optionSpec),
    ...(takes === undefined ? [] : [`*:${typeof takes === "string" ? takes : name}:${actionOf(takes)}`]),
  ];
  return `  ${name}) _arguments \\\n${specs.map((spec) => `      ${quoted(spec)}`).join(" \\\n")} ;;`;
}

/** As `_arguments` reads it; the equals sign: the value may stand behind one, or be the next word. */
function optionSpec({ name, help, value, isRepeatable }: CompletedOption): string {
  const often = isRepeatable ? "*" : "";
  const about = `[${escaped(help)}]`;
  if (value === undefined) return `${often}${name}${about}`;
  const { called, kind, mayNameFile } = value;
  const action = mayNameFile && Array.isArray(kind) ? ` _udpsec_named_file ${kind.join(" ")}` : actionOf(kind);
  return `${often}${name}=${about}:${escaped(called)}:${action}`;
}

function actionOf(kind: WordKind | undefined): string {
  if (kind === undefined) return "";
  if (kind === "file") return "_files";
  if (kind === "folder") return "_files -/";
  return typeof kind === "string" ? `_udpsec_${kind}` : `(${kind.join(" ")})`;
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, String.raw`\$&`);
}

/** Whatever is in it, to the shell it is text. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
