import { join } from "node:path";
import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Context, Log } from "../../work/context.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { formatCreated } from "../../oci/created.ts";
import { checkFormat } from "./git/check_format.ts";
import { readParents } from "./git/checkout.ts";
import { type GitConfig, parseGitConfig } from "./git/config.ts";
import { committerTime } from "./git/object.ts";
import { objectDirectories, readObject } from "./git/objects.ts";
import { readText } from "./git/read_file.ts";
import { readHead } from "./git/refs.ts";
import { remoteUrl } from "./git/remote_url.ts";
import { findRepository, type GitRepository } from "./git/repository.ts";
import { findTagAt } from "./git/tags.ts";
import { formatRevision, revisionCommit, type RevisionStyle } from "./revision.ts";
import { type RevisionChoice, revisionChoice } from "./revision_choice.ts";
import { cleanSourceUrl } from "../../oci/source_url.ts";
import { messageOf } from "../../work/message_of.ts";

/** Where {@linkcode git} looks. */
export interface GitMeans {
  /** Where the repository is looked for, and in the directories above. */
  readonly directory: string;
}

/**
 * Knows what a checkout says: the URL of its remote, the commit that is checked out, and when that was committed. It
 * reads the files in `.git`; no program is run.
 *
 * What cannot be read is named in a warning and left out; nothing is guessed. Changes that are not committed are not
 * noticed: the revision is the commit that is checked out, whatever the files look like.
 */
export function git({ directory }: GitMeans): Factory<"annotate", RevisionChoice> {
  return (kit) =>
    kit.plugin({
      name: "git",
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      description: "Knows source, revision and time from the files of a git repository.",
      options: revisionChoice(kit),
      async run({ known }, { revision }, context): Promise<StageIO["annotate"]["out"]> {
        return { set: await readCheckout(directory, { known, style: revision }, context) };
      },
    });
}

async function readCheckout(
  directory: string,
  { known, style }: { readonly known: Readonly<Record<string, Attributed>>; readonly style: RevisionStyle },
  { log, signal }: Context,
): Promise<Readonly<Record<string, Attributed>>> {
  const attempt = attempts(log, signal);
  const repository = await attempt(`look for a git repository in "${directory}"`, () => findRepository(directory));
  if (repository === undefined) return {};
  const { root } = repository;
  const config = await attempt(`read the git configuration of "${root}"`, () => readConfig(repository));
  const head = await attempt(`read what is checked out in "${root}"`, async () => {
    if (config !== undefined) checkFormat(config);
    return await readHead(repository);
  });
  const source = config && publicUrl(remoteUrl(config, head?.branch), log);
  const annotations: Readonly<Record<string, Attributed>> = source === undefined ? {} : { [SOURCE_ANNOTATION]: source };
  if (head?.commit === undefined) return annotations;

  const { commit } = head;
  await sayOther(known[REVISION_ANNOTATION], commit, repository, log);
  const tag = style !== "flux"
    ? undefined
    : await attempt(`read the tags in "${root}"`, () => findTagAt(repository, commit));
  const created = await attempt(
    `read the commit time in "${root}"`,
    async () => formatCreated(await readCommitTime(repository, commit)),
  );
  return {
    ...annotations,
    [REVISION_ANNOTATION]: {
      value: formatRevision({ style, commit, tag, branch: head.branch }),
      from: tag === undefined ? ".git/HEAD" : `.git/HEAD, refs/tags/${tag}`,
    },
    ...(created && { [CREATED_ANNOTATION]: { value: created, from: ".git commit time" } }),
  };
}

type Attempt = <T>(what: string, read: () => Promise<T>) => Promise<T | undefined>;

/** A repository that cannot be read must not keep anybody from publishing; it is said, and the value is left out. */
function attempts(log: Log, signal: AbortSignal): Attempt {
  return async (what, read) => {
    signal.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      log.warn(`Cannot ${what}: ${messageOf(error)}`);
      return undefined;
    }
  };
}

async function readConfig({ commonDirectory }: GitRepository): Promise<GitConfig> {
  return parseGitConfig(await readText(join(commonDirectory, "config")) ?? "");
}

async function readCommitTime(repository: GitRepository, commit: string): Promise<number> {
  const object = await readObject(await objectDirectories(repository), commit);
  if (object.type !== "commit") throw new Error(`Cannot use object ${commit}: it is a ${object.type}, not a commit`);
  return committerTime(object.body);
}

function publicUrl(remote: Attributed | undefined, log: Log): Attributed | undefined {
  if (remote === undefined) return undefined;
  const value = cleanSourceUrl(remote.value);
  // Not the value, which may hold a credential.
  if (value === undefined) log.debug(`Passed over ${remote.from}: it is no URL that can be published`);
  return value === undefined ? undefined : { value, from: remote.from };
}

/** Says that the revision is another commit than what is checked out; of a pull request that is as it should be. */
async function sayOther(
  known: Attributed | undefined,
  commit: string,
  repository: GitRepository,
  log: Log,
): Promise<void> {
  const other = known && revisionCommit(known.value);
  if (known === undefined || other === undefined || other === commit) return;
  const revision = `The revision is commit ${other} (${known.from})`;
  const parents = await readParents(repository, commit, log);
  if (parents.length > 1 && parents.includes(other)) {
    log.info(`${revision}: what is checked out in "${repository.root}" is a merge of it, commit ${commit}`);
  } else {
    log.warn(`${revision}, but commit ${commit} is checked out in "${repository.root}"`);
  }
}
