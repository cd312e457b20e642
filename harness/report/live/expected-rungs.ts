/** The rungs of a run that goes on: those that its profile waits for, reached where the console shows their lines. */
import { loadNamedProfiles } from "../../profiles/load.ts";
import type { ConsoleData, RungData } from "../model/run-data.ts";

interface ExpectedRung {
  readonly node: string;
  readonly marker: string;
  readonly text: string;
  readonly proves: string;
  readonly budgetMs: number;
  readonly pattern: RegExp;
}

const FIELD = /<\w+:\w+>/g;

/** @param profile its name @returns nothing for a profile that isn't of the project: then what comes is shown, and not what is waited for */
export function expectedRungs(profile: string): ExpectedRung[] {
  try {
    return loadNamedProfiles(profile).flatMap(({ profile: { node: nodes }, manifest }) =>
      nodes.flatMap(({ name, rung }) =>
        rung.flatMap(({ marker, budget }) => {
          const entry = manifest.get(marker);
          if (entry === undefined) return [];
          const { text, proves } = entry;
          return [{ node: name, marker, text, proves, budgetMs: budget, pattern: patternOf(text) }];
        }),
      ),
    );
  } catch {
    return [];
  }
}

function patternOf(text: string): RegExp {
  const parts = text.split(FIELD).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("\\S+")}$`);
}

/** @param consoles so far */
export function rungsSoFar(expected: readonly ExpectedRung[], consoles: readonly ConsoleData[]): RungData[] {
  return expected.map(({ node, marker, text, proves, budgetMs, pattern }) => {
    const line = consoles.find((one) => one.node === node)?.lines.find(([, shown]) => pattern.test(shown.trim()));
    return {
      ...{ node, marker, proves, budgetMs, findings: [], tookMs: undefined },
      text: line?.[1].trim() ?? text,
      reachedMs: line?.[0],
      status: line === undefined ? "awaited" : "reached",
      standing: line === undefined ? "" : "guest's word so far",
    };
  });
}
