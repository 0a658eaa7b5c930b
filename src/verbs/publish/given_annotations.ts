import { CREATED_ANNOTATION, SOURCE_ANNOTATION, VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import { parseCreated } from "../../oci/created.ts";
import { withoutCredentials } from "../../oci/source_url.ts";
import type { Option } from "../../options/option.ts";
import { OptionsError } from "../../options/options_error.ts";
import { PUBLISHING, type PublishingName } from "../../options/publishing.ts";
import type { Wanted } from "../../options/wanted.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { messageOf } from "../../work/message_of.ts";

/**
 * Gathers the annotations that were given, in files and one by one, and by the options that are one annotation each.
 *
 * @throws {OptionsError} When one is given in two ways, or is not what its key demands.
 */
export function givenAnnotations(wanted: Wanted): Readonly<Record<string, Attributed>> {
  // A map, because a key may be "__proto__".
  const given = new Map<string, Attributed>();
  for (const { value: pairs, from } of wanted.said("annotations")) {
    for (const [key, value] of Object.entries(pairs)) given.set(key, { value, from: from.name });
  }
  const own = ownAnnotations(wanted);
  refuseContradictions(wanted, own);
  for (const [key, attributed] of own) given.set(key, attributed);
  for (const [key, { value, from }] of given) {
    const checked = checkedAnnotation(key, value);
    if ("problem" in checked) throw unfit(key, from, checked.problem);
    given.set(key, { value: checked.value, from });
  }
  return Object.fromEntries(given);
}

/** The options that are an annotation each. The version comes last, since the configuration may say it too. */
function ownAnnotations(wanted: Wanted): readonly (readonly [key: string, Attributed])[] {
  const rows = Object.entries(PUBLISHING) as readonly [PublishingName, Option][];
  return rows.flatMap(([name, { annotation }]) => {
    const last = wanted.last(name);
    if (annotation === undefined || last === undefined) return [];
    return [[annotation, { value: String(last.value), from: last.from.name }] as const];
  }).toSorted(([a], [b]) => Number(a === VERSION_ANNOTATION) - Number(b === VERSION_ANNOTATION));
}

/** What has an option of its own must not be said in two ways. */
function refuseContradictions(wanted: Wanted, own: readonly (readonly [string, Attributed])[]): void {
  const last = wanted.said("annotations").findLast(({ from }) => !from.isFile);
  if (last?.from.by !== "caller") return;
  const { value: named, from } = last;
  for (const [key, { value, from: other }] of own) {
    if (!Object.hasOwn(named, key) || named[key] === value) continue;
    const by = key === VERSION_ANNOTATION ? "the version" : other;
    throw new OptionsError(`The annotation ${key} is given twice: by ${from.name} and by ${by}`);
  }
}

function unfit(key: string, from: string, problem: string): OptionsError {
  if (key !== SOURCE_ANNOTATION) return new OptionsError(problem);
  return new OptionsError(
    `Cannot publish the source that ${from} gives, which cannot be told from credentials: ` +
      "give the URL of a repository, such as https://github.com/acme/app",
  );
}

/**
 * Holds an annotation to what consumers expect of it, whoever gives it: the source loses credentials, and the time of
 * creation is a time.
 *
 * @returns The value that counts, or what is wrong with it. A problem does not show the value: it may hold a secret.
 */
export function checkedAnnotation(
  key: string,
  value: string,
): { readonly value: string } | { readonly problem: string } {
  if (key === SOURCE_ANNOTATION) {
    const cleaned = withoutCredentials(value);
    if (cleaned !== undefined) return { value: cleaned };
    return { problem: "the source must be the URL of a repository: as it is, it cannot be told from credentials" };
  }
  if (key !== CREATED_ANNOTATION) return { value };
  try {
    return { value: parseCreated(value) };
  } catch (cause) {
    return { problem: messageOf(cause) };
  }
}
