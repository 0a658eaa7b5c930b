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
import { parseJsonObject, readLimited, unexpectedAnswer } from "./http/read_answer.ts";
import { createReferrersTags } from "./referrers_tags.ts";
import { RegistryError } from "./http/registry_error.ts";
import type { RepositoryLink } from "./link.ts";

/** The referrers in one repository, whether or not its registry has an API for them. */
export interface Referrers {
  /**
   * Whether there is the referrers API; `undefined` when the registry does not say, as for a repository that is not
   * there.
   */
  isSupported(call: Call): Promise<boolean | undefined>;
  /** Lists the referrers of a manifest, each once, sorted by digest. */
  list(subject: Digest, call: Call): Promise<readonly Descriptor[]>;
  /** Lists a manifest that was pushed, and that the registry has not listed by itself. */
  add(subject: Digest, referrer: Descriptor, call: Call): Promise<void>;
  /**
   * Lists a manifest that the registry says it has listed by itself, where it has no API that would give the list. A
   * registry that cannot be asked is believed.
   */
  confirm(subject: Digest, referrer: Descriptor, call: Call): Promise<void>;
  /** Takes a manifest that will be deleted from the list, unless the registry does that by itself. */
  remove(subject: Digest, referrer: Digest, call: Call): Promise<void>;
}

/** Of what nobody has ever signed: the empty configuration of OCI artifacts. */
const EMPTY_DIGEST: Digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/** Starts without knowledge of the registry. */
export function createReferrers(link: RepositoryLink): Referrers {
  const tags = createReferrersTags(link);
  let hasApi: boolean | undefined;

  async function askApi(subject: Digest, call: Call): Promise<readonly Descriptor[] | undefined> {
    if (hasApi === false) return undefined;
    try {
      return await Array.fromAsync(readPages(
        whatOf(link, subject),
        `/v2/${link.name}/referrers/${subject}`,
        async (target) => {
          const page = await link.retry(() => readPage(link, subject, target, call), call);
          hasApi = true;
          return page;
        },
      ));
    } catch (error) {
      // A registry that has answered it once has it, and one that fails is not one without referrers.
      if (hasApi || !(error instanceof RegistryError) || !NO_API_STATUSES.includes(error.status)) throw error;
      // That the repository is not there says nothing of the API.
      if (!error.has("NAME_UNKNOWN")) hasApi = false;
      if (error.status !== 404) {
        call.log.debug(`${error.message}: taken for a registry without the referrers API, so the tag schema counts`);
      }
      return undefined;
    }
  }

  return {
    async isSupported(call): Promise<boolean | undefined> {
      await askApi(EMPTY_DIGEST, call);
      return hasApi;
    },
    async list(subject, call): Promise<readonly Descriptor[]> {
      const listed = await askApi(subject, call) ?? await tags.list(subject, call);
      const found = new Map(listed.map((descriptor) => [descriptor.digest, descriptor]));
      return [...found.values()].sort((a, b) => compareBytewise(a.digest, b.digest));
    },
    add: (subject, referrer, call) => tags.add(subject, referrer, call),
    async confirm(subject, referrer, call): Promise<void> {
      if (hasApi) return;
      try {
        if (await askApi(subject, call) === undefined) await tags.add(subject, referrer, call);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        call.log.debug(`${error.message}: the registry is believed to list ${referrer.digest}`);
      }
    },
    async remove(subject, referrer, call): Promise<void> {
      if (await askApi(subject, call) === undefined) await tags.remove(subject, referrer, call);
    },
  };
}

/**
 * What registries answer that have no API for referrers. The spec knows 404 only; 200 is a page for people, or JSON
 * that is no list.
 */
const NO_API_STATUSES: readonly number[] = [200, 400, 401, 403, 404, 405, 406, 410, 415, 501];

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
  if (!isList(bytes)) throw unexpectedAnswer(`list ${what}`, answer, bytes, "no image index");
  try {
    const index = parseManifestAs(bytes, OCI_INDEX_MEDIA_TYPE);
    return {
      items: index.kind === "index" ? index.manifests : [],
      next: await nextPage(what, link, answer, call),
      size: bytes.byteLength,
    };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot list ${what}: the registry's answer is no image index, ${cause.message}`, { cause });
  }
}

/** A list that is broken is a list, and half of it must not be taken for none. */
function isList(bytes: Uint8Array<ArrayBuffer>): boolean {
  const value = parseJsonObject(bytes);
  return value !== undefined && (Array.isArray(value.manifests) || value.mediaType === OCI_INDEX_MEDIA_TYPE);
}

function whatOf(link: RepositoryLink, subject: Digest): string {
  return `the referrers of ${link.place}@${subject}`;
}
