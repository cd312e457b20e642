import { join } from "node:path";
import { expect, it } from "vitest";
import { packageAssets } from "../host/package-assets.ts";
import { loadNamedProfiles, profileFolder } from "../profiles/load.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";
import { testCommand } from "./test-command.ts";
import { watchedPlaces, watchStages, writtenName } from "./watch-plan.ts";

const stages = (names: readonly string[], ...options: readonly string[]): string[] =>
  watchStages(names, parseCommandArguments(testCommand, [...options, "--watch"])).map(({ name, typed }) => {
    return `${name}: ${typed.replace(/^\S+ /, "")}`;
  });

it("the quick ones come first, each with the options that it understands; what can't run there is left out", () => {
  const options = [
    "--seed",
    "7",
    "--repeat",
    "3",
    "--accel",
    "tcg",
    "--jobs=1",
    "--bail",
    "--grep",
    "x",
    "--reporter",
    "tap=a b.tap",
  ];
  expect(stages(["cross-vm-loss", "foreign"], ...options)).toEqual([
    "dev: dev",
    "sim: test --world=sim --seed=7 --repeat=3 --profile=cross-vm-loss",
    "machines: test --seed=7 --repeat=3 --accel=tcg --bail --jobs=1 '--reporter=tap=a b.tap' --profile=cross-vm-loss --profile=foreign",
  ]);
  expect(stages(["foreign"])).toEqual(["machines: test --profile=foreign"]);
  expect(stages(["cross-vm-loss", "foreign"], "--world", "sim")).toEqual([
    "dev: dev",
    "sim: test --world=sim --profile=cross-vm-loss",
  ]);
});

it("looks at the sources, and of a profile from elsewhere at all that it is made of", () => {
  const ours = watchedPlaces(loadNamedProfiles("cross-vm"));
  for (const place of ["guest", "harness", "contract", "fixtures/profiles"])
    expect(ours).toContain(join(packageAssets(), place));
  const path = join(packageAssets(), "fixtures/guests/riscv64-two-consoles.toml");
  const theirs = watchedPlaces(loadNamedProfiles(path)).filter((place) => !ours.includes(place));
  expect(theirs).toContain(path);
  const variant = loadNamedProfiles(join(profileFolder(), "cross-vm.toml")).map(writtenName);
  expect(variant).toEqual([join(profileFolder(), "cross-vm.toml")]);
});

it.each([
  [["--shard", "1/2"], /--shard and --watch exclude each other/],
  [["--print-cmd"], /--print-cmd and --watch/],
  [["--json"], /no report of one can be all of stdout/],
])("%o is refused beside --watch", async (words, expected) => {
  const output = { isTTY: false, columns: 80, write: () => expect.fail("something was said") };
  const io: CommandIo = { stdout: output, stderr: output, environment: {}, signal: new AbortController().signal };
  const parsed = parseCommandArguments(testCommand, ["cross-vm", "foreign", "--watch", ...words]);
  await expect(testCommand.run(parsed, io)).rejects.toThrow(expected);
});
