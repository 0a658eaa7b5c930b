import { basename } from "node:path";
import type { CustomStep } from "../../pipeline/flow.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Selected } from "../../pipeline/values.ts";
import { loadProfiles } from "../../profiles/profiles.ts";
import type { Settings } from "./settings.ts";

/**
 * Makes the step that looks for ignore files of other ecosystems among what is kept. Somebody has written one so that
 * files are left out; where it is packed and not obeyed, what nobody was meant to see is published.
 *
 * @returns A step that throws a `SourceError`.
 */
export function ignoreFileCheck(
  { source, profile: { name, facts }, ignoreFile: given, spell }: Pick<
    Settings,
    "source" | "profile" | "ignoreFile" | "spell"
  >,
): CustomStep<Selected> {
  return {
    name: "ignore file check",
    async run(selected, { log }): Promise<Selected> {
      const files = selected.entries.filter(({ kind }) => kind === "file");
      // A file that is published by itself is not there for anybody to obey.
      if (files.length < 2) return selected;
      const root = new Set(files.map(({ path }) => path).filter((path) => !path.includes("/")));
      for (const [other, { ignoreFile, isIgnoreFileRead }] of Object.entries(await loadProfiles())) {
        if (ignoreFile === undefined || ignoreFile === facts.ignoreFile || !root.has(ignoreFile)) continue;
        if (given !== undefined && basename(given) === ignoreFile) continue;
        const problem = `${ignoreFile} would be packed and not obeyed with profile ${name}`;
        if (isIgnoreFileRead) {
          log.warn(`The ${problem}: it counts with ${spell("profile", other)}`);
          continue;
        }
        throw new SourceError(`Cannot publish ${named(source)}: its ${problem}`, {
          hint: `it counts with ${spell("profile", other)}, its patterns count with ` +
            `${spell("ignoreFile", source === "-" ? ignoreFile : `${source}/${ignoreFile}`)}, ` +
            `and ${spell("ignore", ignoreFile)} leaves it out`,
        });
      }
      return selected;
    },
  };
}

function named(source: string): string {
  return source === "-" ? "standard input" : JSON.stringify(source);
}
