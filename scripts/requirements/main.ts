/** `npm run -s requirements`: writes docs/distributed/requirements.md anew. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CASES } from "../../harness/conform/cases/index.ts";
import { readProject, TABLE } from "./read-project.ts";
import { renderRequirements } from "./requirements-table.ts";
import { isOfJudge, mentionsIn, problemsOf, rulesIn } from "./requirements.ts";
import { UNJUDGED } from "./unjudged.ts";
import { UNSEEN } from "./unseen.ts";

const root = resolve(import.meta.dirname, "../..");
const { documents, naming } = readProject(root);
const rules = documents.flatMap(rulesIn);
const mentions = naming.flatMap(mentionsIn);
const cased = CASES.flatMap(({ id, requirements }) => requirements.map((rule) => ({ id: rule, path: `case ${id}` })));
const problems = problemsOf(rules, [...mentions, ...cased]);
for (const problem of problems) process.stderr.write(`requirements: ${problem}\n`);
if (problems.length === 0) {
  writeFileSync(join(root, TABLE), renderRequirements(rules, mentions, CASES, UNSEEN, UNJUDGED));
  const named = new Set(mentions.filter(({ path }) => !isOfJudge(path)).map(({ id }) => id)).size;
  process.stdout.write(`${TABLE}: ${rules.length} rules, ${named} of them named by a test or a vector\n`);
} else process.exitCode = 1;
