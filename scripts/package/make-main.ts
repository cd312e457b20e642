/** `npm pack` calls it first: makes `dist/`. */
import { projectRoot } from "../../harness/host/project-root.ts";
import { makePackage } from "./make.ts";

await makePackage(projectRoot());
