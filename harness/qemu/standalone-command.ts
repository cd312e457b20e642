/** The words of a machine's command without what only a harness gives it: what is left starts by itself. */

/** Drops `-S`, and the control channel and the debugger's stub with their sockets. */
export function withoutControlChannel(command: readonly string[]): string[] {
  return command.filter((word, index) => {
    const previous = command[index - 1] ?? "";
    const next = command[index + 1] ?? "";
    const isControl = (option: string, value: string): boolean =>
      (option === "-chardev" && /^socket,id=(?:qmp|gdb),/.test(value)) || option === "-mon" || option === "-gdb";
    return word !== "-S" && !isControl(word, next) && !isControl(previous, word);
  });
}

/**
 * The same machine once more, when its run is over: its NICs lead nowhere, where the other end was the harness's, and what it writes goes beside the
 * files of the run instead of over them.
 *
 * @param written files of the run that QEMU wrote @param elsewhere where one of them goes now
 */
export function standaloneCommand(
  command: readonly string[],
  written: readonly string[],
  elsewhere: (path: string) => string,
): string[] {
  return withoutControlChannel(command).map((word, index, words) => {
    const id = /^(?:stream|dgram),id=(net(\d+)),/.exec(word);
    if (words[index - 1] === "-netdev" && id !== null) return `hubport,id=${id[1] ?? ""},hubid=${id[2] ?? ""}`;
    const file = written.find((path) => word.includes(`=${path}`));
    return file === undefined ? word : word.replace(`=${file}`, () => `=${elsewhere(file)}`);
  });
}
