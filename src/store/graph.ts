/**
 * Everything that belongs to artifacts in a store: the manifests of an index, the blobs of a manifest, and on request
 * what refers to any of them.
 */
import { asBlob } from "../oci/as_blob.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { isManifestMediaType, manifestParts, type ParsedManifest, parseManifest } from "../oci/parse_manifest.ts";
import { companionTags } from "./companion_tags.ts";
import type { Context } from "../work/context.ts";
import { dependencyOrder } from "../work/dependency_order.ts";
import { missingName } from "./missing_name.ts";
import type { StoredManifest, StoreReader } from "./store.ts";
import { together } from "../work/together.ts";

/** What belongs to artifacts, each digest once. */
export interface ArtifactGraph {
  /** What the names that were asked for stand for. */
  readonly roots: ReadonlyMap<string, Descriptor>;
  /** cosign's tags that belong to one of the manifests. */
  readonly companions: ReadonlyMap<string, Digest>;
  /** The manifests, in groups: what one of them consists of or refers to is in a group before its own. */
  readonly manifests: readonly (readonly GraphManifest[])[];
  readonly blobs: readonly Descriptor[];
}

/** A manifest or an index of a graph. */
export interface GraphManifest {
  readonly content: Content;
  /** The manifest that it refers to, in the graph or not. */
  readonly subject?: Digest;
  readonly artifactType?: string;
  /** What its config is; an index has none. */
  readonly configType?: string;
}

/** How far a graph goes. */
export interface GraphOptions {
  /** Whether what refers to a manifest belongs to it. */
  readonly referrers: boolean;
  readonly concurrency: number;
  /**
   * Told of each manifest that is missing, or is no referrer though it is listed as one, in a sentence that begins with
   * a small letter; reading goes on without it. When left out, the first one is an error.
   */
  readonly onMissing?: (gap: string) => void;
}

/** How many manifests are read, all in all: a registry can make up new ones as long as somebody asks. */
const MANIFEST_LIMIT = 100_000;
/** How many bytes they may have, all together; they are kept until everything is copied. */
const SIZE_LIMIT = 512 * 1024 * 1024;
/** How many blobs they may name, and how many manifests may be waited for: what still fits into memory. */
const LEAD_LIMIT = 1_000_000;

/**
 * Reads all manifests that names lead to, each once, and none of the blobs.
 *
 * @param names Tags and digests.
 * @throws {NotFoundError} When there is no manifest of a name, and nobody is told of that.
 * @throws {Error} When a manifest is not what its index says. When a manifest of an index or a referrer is not there,
 *   and nobody is told of that.
 */
export async function readGraph(
  source: StoreReader,
  names: readonly string[],
  { referrers, concurrency, onMissing }: GraphOptions,
  context: Context,
): Promise<ArtifactGraph> {
  const roots = new Map<string, Descriptor>();
  const companions = new Map<string, Digest>();
  const nodes = new Map<Digest, GraphNode>();
  const blobs = new Map<Digest, Descriptor>();
  let bytes = 0;
  let leads = 0;
  let waiting: readonly Lead[] = names.map((name) => ({ kind: "root", name }));
  while (waiting.length > 0) {
    const found = await together(waiting, { concurrency, context }, follow);
    leads += found.reduce((sum, each) => sum + each.length, 0);
    if (leads > LEAD_LIMIT) throw tooMuch(`${LEAD_LIMIT} manifests`);
    waiting = [...new Map(found.flat().filter(isNew).map((lead) => [keyOf(lead), lead])).values()];
  }
  const order = dependencyOrder(new Map([...nodes].map(([digest, { after }]) => [digest, after])));
  return {
    // Answers come in any order, and what is made of the graph has one.
    roots: new Map(names.flatMap((name) => entryOf(roots, name))),
    companions: new Map([...companions.keys()].sort(compareBytewise).flatMap((name) => entryOf(companions, name))),
    manifests: order.map((group) => group.flatMap((digest) => nodes.get(digest)?.manifest ?? [])),
    blobs: [...blobs.values()],
  };

  function isNew(lead: Lead): boolean {
    return !("descriptor" in lead) || !nodes.has(lead.descriptor.digest);
  }

  async function follow(lead: Lead, context: Context): Promise<readonly Lead[]> {
    const name = "descriptor" in lead ? lead.descriptor.digest : lead.name;
    const stored = await source.fetchManifest(name, context);
    if (stored === undefined) {
      // A tag of cosign's that is not there is one that nobody has ever set.
      if (lead.kind === "companion") return [];
      if (lead.kind === "root" && onMissing === undefined) throw await missingName(source, lead.name, context);
      sayMissing(gapOf(lead));
      return [];
    }
    const descriptor = descriptorOf(lead, stored);
    const { digest } = descriptor;
    const parsed = parseManifest(stored.bytes, descriptor);
    if (lead.kind === "referrer" && parsed.subject?.digest !== lead.subject) {
      sayMissing(`${source.url}@${digest} is listed as a referrer of ${lead.subject}, and is none`);
      return [];
    }
    if (lead.kind === "root") roots.set(lead.name, descriptor);
    if (lead.kind === "companion") companions.set(lead.name, digest);
    if (nodes.has(digest)) return [];
    bytes += descriptor.size;
    if (nodes.size >= MANIFEST_LIMIT) throw tooMuch(`${MANIFEST_LIMIT} manifests`);
    if (bytes > SIZE_LIMIT) throw tooMuch(`${SIZE_LIMIT} bytes of manifests`);
    nodes.set(digest, nodeOf(parsed, await keep({ descriptor, bytes: stored.bytes }, context)));
    const children = childrenOf(parsed);
    for (const part of manifestParts(parsed)) if (!children.includes(part)) blobs.set(part.digest, asBlob(part));
    if (blobs.size > LEAD_LIMIT) throw tooMuch(`${LEAD_LIMIT} blobs`);
    return [
      ...children.map((child): Lead => ({ kind: "child", descriptor: bareDescriptor(child), parent: digest })),
      ...(referrers ? await leadsToReferrers(digest, context) : []),
    ];
  }

  async function leadsToReferrers(subject: Digest, context: Context): Promise<readonly Lead[]> {
    const listed = await source.referrers(subject, context);
    return [
      ...listed.map((descriptor): Lead => ({ kind: "referrer", descriptor: bareDescriptor(descriptor), subject })),
      ...companionTags(subject).map((name): Lead => ({ kind: "companion", name })),
    ];
  }

  function tooMuch(what: string): RangeError {
    return new RangeError(`Cannot read ${source.url}: what is asked for leads to more than ${what}`);
  }

  function sayMissing(gap: string): void {
    if (onMissing === undefined) throw new Error(`Cannot read everything: ${gap}`);
    onMissing(gap);
  }

  function gapOf(lead: MissingLead): string {
    switch (lead.kind) {
      case "root":
        return `there is no ${source.url}${isDigest(lead.name) ? "@" : ":"}${lead.name}`;
      case "child":
        return `${source.url}@${lead.descriptor.digest} is a part of the index ${lead.parent}, and is not there`;
      case "referrer":
        return `${source.url}@${lead.descriptor.digest} is listed as a referrer of ${lead.subject}, and is not there`;
    }
  }

  function descriptorOf(lead: Lead, { descriptor }: StoredManifest): Descriptor {
    const { mediaType, digest, size } = "descriptor" in lead ? lead.descriptor : descriptor;
    if (size === descriptor.size) return { mediaType, digest, size };
    throw new Error(`Cannot use ${source.url}@${digest}: it has ${descriptor.size} bytes, it should have ${size}`);
  }
}

/** Why a manifest is looked for. */
type Lead = MissingLead | { readonly kind: "companion"; readonly name: string };

/** What must lead somewhere. */
type MissingLead =
  | { readonly kind: "root"; readonly name: string }
  | { readonly kind: "child"; readonly descriptor: Descriptor; readonly parent: Digest }
  | { readonly kind: "referrer"; readonly descriptor: Descriptor; readonly subject: Digest };

/** Manifests of former times. Everything else in an index that is no manifest is a blob. */
const UNREAD_MANIFEST_REGEXP =
  /^application\/vnd\.(?:oci\.artifact\.manifest\.v1\+json|docker\.distribution\.manifest\.v1\+(?:json|prettyjws))$/;

interface GraphNode {
  readonly manifest: GraphManifest;
  /** What must be there before it. */
  readonly after: readonly Digest[];
}

function entryOf<Value>(map: ReadonlyMap<string, Value>, name: string): readonly (readonly [string, Value])[] {
  const value = map.get(name);
  return value === undefined ? [] : [[name, value]];
}

/** Without annotations and the like, which would be kept as long as the manifest is waited for. */
function bareDescriptor({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function keyOf(lead: Lead): string {
  switch (lead.kind) {
    case "child":
      return lead.descriptor.digest;
    case "referrer":
      return `${lead.subject} ${lead.descriptor.digest}`;
    default:
      return lead.name;
  }
}

function childrenOf(parsed: ParsedManifest): readonly Descriptor[] {
  if (parsed.kind !== "index") return [];
  const unknown = parsed.manifests.find(({ mediaType }) => UNREAD_MANIFEST_REGEXP.test(mediaType));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot read manifest ${unknown.digest}: "${unknown.mediaType}" is not a kind of manifest that gantry reads`,
    );
  }
  return parsed.manifests.filter(({ mediaType }) => isManifestMediaType(mediaType));
}

function nodeOf(parsed: ParsedManifest, content: Content): GraphNode {
  const before = [...childrenOf(parsed), ...(parsed.subject === undefined ? [] : [parsed.subject])];
  return {
    manifest: {
      content,
      ...(parsed.subject === undefined ? {} : { subject: parsed.subject.digest }),
      ...(parsed.artifactType === undefined ? {} : { artifactType: parsed.artifactType }),
      ...(parsed.kind === "index" ? {} : { configType: parsed.config.mediaType }),
    },
    after: before.map(({ digest }) => digest),
  };
}

/** Many manifests together may be too much for memory. */
async function keep({ descriptor, bytes }: StoredManifest, { scratch }: Context): Promise<Content> {
  const { mediaType } = descriptor;
  const { open } = await scratch.keep({ mediaType }, bytesContent(mediaType, bytes).open());
  return { descriptor, open };
}
