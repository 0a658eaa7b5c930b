import type { Log } from "../../../work/context.ts";
import type { Attributed } from "../../../pipeline/values.ts";
import type { CiSystem, Fact } from "./systems.ts";
import { isCommitId } from "../commit_id.ts";
import { formatCreated, parseCreated, parseSourceDateEpoch } from "../../../oci/created.ts";
import { isRefName } from "../ref_name.ts";
import { cleanSourceUrl } from "../../../oci/source_url.ts";

/** What a CI system says of what it builds, checked and cleaned. */
export interface CiFacts {
  /** The URL of the repository, as it may be published. */
  readonly source: Attributed | undefined;
  /** The commit that is built. */
  readonly built: NamedCommit | undefined;
  /** The head of an open pull request, a merge of which is checked out. */
  readonly pullRequest: NamedCommit | undefined;
  /** When the commit that is built was made, as an annotation has it. */
  readonly time: Attributed | undefined;
}

/** A commit, with what it is called. */
export interface NamedCommit {
  /** In lower case. */
  readonly commit: Attributed;
  /** The branch, without `refs/heads/`. */
  readonly branch: Attributed | undefined;
  /** The tag, without `refs/tags/`. */
  readonly tag: Attributed | undefined;
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
  const first = (places: readonly Fact[] | undefined, usable: Usable): Promise<Attributed | undefined> =>
    firstUsable(places ?? [], usable, environment);
  const source = await first(system.source, cleanSourceUrl);
  const commit = await first(system.commit, commitOf);
  const branch = await first(system.branch, refNameOf);
  const tag = await first(system.tag, refNameOf);
  const head = await first(system.pullRequest?.commit, commitOf);
  return {
    source,
    built: commit && { commit, branch, tag },
    pullRequest: head && {
      commit: head,
      branch: await first(system.pullRequest?.branch, refNameOf),
      tag: undefined,
    },
    time: await first(system.time, system.timeFormat === "epoch" ? epochTime : rfc3339Time),
  };
}

/** Gives a value as it may be published; `undefined` when it is not what it should be. */
type Usable = (text: string) => string | undefined;

async function firstUsable(
  places: readonly Fact[],
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

async function readPlace(place: Fact, environment: CiEnvironment): Promise<Attributed | undefined> {
  const { variables } = environment;
  const names = typeof place.name === "string" ? [place.name] : place.name;
  const values = names.map((name) => variables[name] ?? "");
  if (values.includes("")) return undefined;
  if (place.when !== undefined && !isValue(variables[place.when[0]], place.when[1])) return undefined;
  if (place.unless !== undefined && variables[place.unless[0]] === place.unless[1]) return undefined;
  // Gitea writes its own URL with a slash at the end.
  const text = values.map((value) => names.length === 1 ? value : value.replace(/\/+$/, "")).join("/");
  if (place.event !== undefined) {
    const event = await readEventFile(text, environment);
    if (place.whenEvent !== undefined && at(event, place.whenEvent) !== true) return undefined;
    if (place.unlessEvent !== undefined && at(event, place.unlessEvent) === true) return undefined;
    const value = at(event, place.event);
    if (typeof value !== "string" || value === "") return undefined;
    return { value, from: `${names.join(", ")} ${place.event}` };
  }
  const value = place.pattern === undefined ? text : place.pattern.exec(text)?.[1];
  return value === undefined ? undefined : { value, from: names.join(", ") };
}

function isValue(value: string | undefined, expected: string | RegExp): boolean {
  return typeof expected === "string" ? value === expected : expected.test(value ?? "");
}

async function readEventFile(path: string, { readEvent, log }: CiEnvironment): Promise<unknown> {
  try {
    const text = await readEvent(path);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    log.debug(`Passed over the event file ${path}: ${error instanceof SyntaxError ? "it is not JSON" : error}`);
    return undefined;
  }
}

function at(event: unknown, path: string): unknown {
  let value = event;
  for (const key of path.split(".")) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  return value;
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
