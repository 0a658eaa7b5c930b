/**
 * Referrers: the manifests that name another one as their subject.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers | OCI distribution-spec 1.1.1, Listing Referrers}
 */
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../oci/media_types.ts";
import { parseManifestAs } from "../oci/parse_manifest.ts";
import type { Call } from "../work/context.ts";
import { nextPage, type Page, readPages } from "./pages.ts";
import { readLimited } from "./http/read_answer.ts";
import { createReferrersTags } from "./referrers_tags.ts";
import { RegistryError } from "./http/registry_error.ts";
import type { RepositoryLink } from "./link.ts";

/** The referrers in one repository, whether or not its registry has an API for them. */
export interface Referrers {
  /** Lists the referrers of a manifest, each once, sorted by digest. */
  list(subject: Digest, call: Call): Promise<readonly Descriptor[]>;
  /** Lists a manifest that was pushed, and that the registry has not listed by itself. */
  add(subject: Digest, referrer: Descriptor, call: Call): Promise<void>;
  /** Takes a manifest that will be deleted from the list, unless the registry does that by itself. */
  remove(subject: Digest, referrer: Digest, call: Call): Promise<void>;
}

/** Starts without knowledge of the registry. */
export function createReferrers(link: RepositoryLink): Referrers {
  const tags = createReferrersTags(link);
  let hasApi: boolean | undefined;

  async function askApi(subject: Digest, call: Call): Promise<readonly Descriptor[] | undefined> {
    if (hasApi === false) return undefined;
    try {
      const listed = await Array.fromAsync(apiReferrers(link, subject, call));
      hasApi = true;
      return listed;
    } catch (error) {
      // Only this says that there is no API. A registry that fails is not one without referrers.
      if (!(error instanceof RegistryError) || error.status !== 404) throw error;
      // That the repository is not there says nothing of the API.
      if (!error.has("NAME_UNKNOWN")) hasApi ??= false;
      return undefined;
    }
  }

  return {
    async list(subject, call): Promise<readonly Descriptor[]> {
      const listed = await askApi(subject, call) ?? await tags.list(subject, call);
      const found = new Map(listed.map((descriptor) => [descriptor.digest, descriptor]));
      return [...found.values()].sort((a, b) => compareBytewise(a.digest, b.digest));
    },
    add: (subject, referrer, call) => tags.add(subject, referrer, call),
    async remove(subject, referrer, call): Promise<void> {
      if (await askApi(subject, call) === undefined) await tags.remove(subject, referrer, call);
    },
  };
}

async function* apiReferrers(
  link: RepositoryLink,
  subject: Digest,
  call: Call,
): AsyncGenerator<Descriptor, void, void> {
  yield* readPages(
    whatOf(link, subject),
    `/v2/${link.name}/referrers/${subject}`,
    (target) => link.retry(() => readPage(link, subject, target, call), call),
  );
}

async function readPage(
  link: RepositoryLink,
  subject: Digest,
  target: string | URL,
  call: Call,
): Promise<Page<Descriptor>> {
  const what = whatOf(link, subject);
  const answer = await link.send({
    action: `list ${what}`,
    method: "GET",
    target,
    headers: { accept: OCI_INDEX_MEDIA_TYPE },
    expect: [200],
  }, call);
  const bytes = await readLimited(answer.response, MANIFEST_SIZE_LIMIT, `list ${what}`);
  try {
    const index = parseManifestAs(bytes, OCI_INDEX_MEDIA_TYPE);
    return { items: index.kind === "index" ? index.manifests : [], next: await nextPage(what, link, answer, call) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot list ${what}: the registry's answer is no image index, ${cause.message}`, { cause });
  }
}

function whatOf(link: RepositoryLink, subject: Digest): string {
  return `the referrers of ${link.place}@${subject}`;
}
