import type { Log } from "../../work/context.ts";
import type { Attributed } from "../../pipeline/values.ts";
import type { CiSystem, Place } from "./ci_systems.ts";
import { isCommitId } from "./commit_id.ts";
import { formatCreated, parseCreated, parseSourceDateEpoch } from "./created.ts";
import { isRefName } from "./ref_name.ts";
import { cleanSourceUrl } from "../../oci/source_url.ts";

/** What a CI system says of the commit that it builds, checked and cleaned. */
export interface CiFacts {
  /** The URL of the repository, as it may be published. */
  readonly source: Attributed | undefined;
  /** The commit, in lower case. */
  readonly commit: Attributed | undefined;
  /** The branch, without `refs/heads/`. */
  readonly branch: Attributed | undefined;
  /** The tag, without `refs/tags/`. */
  readonly tag: Attributed | undefined;
  /** When the commit was made, as an annotation has it. */
  readonly time: Attributed | undefined;
}

/** What facts are read from. */
export interface CiEnvironment {
  /** Environment variables by name. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Reads a file that a variable names; `undefined` when there is none. */
  readonly readEvent: (path: string) => Promise<string | undefined>;
  /** Told what was passed over. */
  readonly log: Log;
}

/** Reads what a system says. A value that cannot be used is passed over with a line for `-v`. */
export async function readCiFacts(system: CiSystem, environment: CiEnvironment): Promise<CiFacts> {
  const first = (what: keyof CiFacts, usable: Usable): Promise<Attributed | undefined> =>
    firstUsable(system[what], usable, environment);
  return {
    source: await first("source", cleanSourceUrl),
    commit: await first("commit", commitOf),
    branch: await first("branch", refNameOf),
    tag: await first("tag", refNameOf),
    time: await first("time", system.timeFormat === "epoch" ? epochTime : rfc3339Time),
  };
}

/** Gives a value as it may be published; `undefined` when it is not what it should be. */
type Usable = (text: string) => string | undefined;

async function firstUsable(
  places: readonly Place[],
  usable: Usable,
  environment: CiEnvironment,
): Promise<Attributed | undefined> {
  for (const place of places) {
    const found = await readPlace(place, environment);
    if (found === undefined) continue;
    const value = usable(found.value);
    if (value !== undefined) return { value, from: found.from };
    environment.log.debug(`Passed over ${found.from}: its value is not usable here`);
  }
  return undefined;
}

async function readPlace(place: Place, environment: CiEnvironment): Promise<Attributed | undefined> {
  const { variables } = environment;
  const names = typeof place.name === "string" ? [place.name] : place.name;
  const values = names.map((name) => variables[name] ?? "");
  if (values.includes("")) return undefined;
  if (place.when !== undefined && variables[place.when[0]] !== place.when[1]) return undefined;
  if (place.unless !== undefined && variables[place.unless[0]] === place.unless[1]) return undefined;
  // Gitea writes its own URL with a slash at the end.
  const text = values.map((value) => names.length === 1 ? value : value.replace(/\/+$/, "")).join("/");
  if (place.event !== undefined) {
    const value = await readFromEvent(text, place.event, environment);
    return value === undefined ? undefined : { value, from: `${names.join(", ")} ${place.event}` };
  }
  const value = place.pattern === undefined ? text : place.pattern.exec(text)?.[1];
  return value === undefined ? undefined : { value, from: names.join(", ") };
}

async function readFromEvent(
  path: string,
  property: string,
  { readEvent, log }: CiEnvironment,
): Promise<string | undefined> {
  try {
    const text = await readEvent(path);
    let value: unknown = text === undefined ? undefined : JSON.parse(text);
    for (const key of property.split(".")) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch (error) {
    log.debug(`Passed over the event file ${path}: ${error instanceof SyntaxError ? "it is not JSON" : error}`);
    return undefined;
  }
}

function commitOf(text: string): string | undefined {
  const commit = text.toLowerCase();
  return isCommitId(commit) ? commit : undefined;
}

function refNameOf(text: string): string | undefined {
  return isRefName(text) ? text : undefined;
}

function epochTime(text: string): string | undefined {
  return orUndefined(() => {
    const epochSeconds = parseSourceDateEpoch(text);
    return epochSeconds === undefined ? undefined : formatCreated(epochSeconds);
  });
}

function rfc3339Time(text: string): string | undefined {
  return orUndefined(() => parseCreated(text));
}

function orUndefined(parse: () => string | undefined): string | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
