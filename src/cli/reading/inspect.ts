import type { NamedConsumer } from "../../consumers/consumers.ts";
import type { Verdict } from "../../consumers/judge.ts";
import { isDigest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { formatReference } from "../../oci/reference.ts";
import type { Context } from "../../work/context.ts";
import { NotFoundError, type StoredManifest, type StoreReader } from "../../store/store.ts";
import { findArtifact, type FoundArtifact } from "../../extract/find_artifact.ts";
import { EXIT } from "../output/exit_code.ts";
import { findReferrers } from "./find_referrers.ts";
import { formatOutput } from "../output/format_output.ts";
import type { InspectFlags } from "./commands.ts";
import { inspectReport } from "./inspect_report.ts";
import { inspectText } from "./inspect_text.ts";
import type { layerFiles } from "./layer_files.ts";
import { meantName, openReader, parsePlace } from "../places/open_store.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import { OutputError } from "../process/text_writer.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/** `gantry inspect`: what was published, for people, for programs, or as it is. */
export async function inspect(text: string, flags: InspectFlags, world: World): Promise<number> {
  const consumers = await consumersOf(flags);
  if (flags.raw && (flags.output !== undefined || flags.files || flags.referrers || consumers.length > 0)) {
    throw new UsageError("Cannot print the raw manifest together with anything else");
  }
  return await withReadingSession(flags, world, async (session) => {
    const { access, context } = session;
    const opened = openReader(text, access);
    const { reference } = opened;
    await using store = opened.store;
    const name = await meantName(opened, context);
    const found = await find(store, name, flags, context);
    const { root, descriptor, bytes } = found;
    if (flags.raw) {
      await printRaw(bytes, world);
      return EXIT.done;
    }
    const manifest = parseManifest(bytes, descriptor);
    const index = root.digest === descriptor.digest ? undefined : root;
    const listed = manifest.kind === "index" ? manifest.manifests : [];
    const subjects = [descriptor, ...(index === undefined ? [] : [index]), ...listed];
    const report = inspectReport({
      reference: formatReference({ ...reference, ...(isDigest(name) ? { digest: name } : { tag: name }) }),
      url: `${store.url}@${descriptor.digest}`,
      descriptor,
      manifest,
      ...(index === undefined ? {} : { index }),
      ...(flags.files && manifest.kind === "manifest" ? { files: await filesOf(store, manifest, context) } : {}),
      ...(flags.referrers ? { referrers: await findReferrers(store, subjects, session) } : {}),
      ...(consumers.length === 0 ? {} : { consumers: await verdictsOn(found, { store, name, consumers, session }) }),
    });
    const format = flags.output ?? "text";
    world.stdout(format === "text" ? inspectText(report) : await formatOutput(report, format));
    return EXIT.done;
  }, { phase: "Reading", places: [parsePlace(text)] });
}

/** What a name stands for or, where its files or a platform are asked for, the manifest that it leads to. */
async function find(
  store: StoreReader,
  name: string,
  { files, platform }: InspectFlags,
  context: Context,
): Promise<StoredManifest & Pick<FoundArtifact, "root">> {
  if (files || platform !== undefined) return await findArtifact(store, name, platform, context);
  const stored = await store.fetchManifest(name, context);
  if (stored === undefined) throw new NotFoundError(store.url, name);
  return { root: stored.descriptor, ...stored };
}

async function filesOf(...parameters: Parameters<typeof layerFiles>): ReturnType<typeof layerFiles> {
  const { layerFiles } = await import("./layer_files.ts");
  return await layerFiles(...parameters);
}

/** @throws {UsageError} When there is no such consumer. */
async function consumersOf({ for: named = [] }: InspectFlags): Promise<readonly NamedConsumer[]> {
  if (named.length === 0) return [];
  const { loadConsumers, parseConsumers } = await import("../../consumers/consumers.ts");
  try {
    return await loadConsumers(named.flatMap(parseConsumers));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

/** Judges what the name stands for, index or not; with a platform, the manifest for that. */
async function verdictsOn(
  { root, descriptor, bytes }: StoredManifest & Pick<FoundArtifact, "root">,
  { store, name, consumers, session: { context, concurrency } }: {
    readonly store: StoreReader;
    readonly name: string;
    readonly consumers: readonly NamedConsumer[];
    readonly session: ReadingSession;
  },
): Promise<readonly Verdict[]> {
  const { judge } = await import("../../consumers/judge.ts");
  const { storedArtifact } = await import("../../verbs/judging/stored_artifact.ts");
  const artifact = await storedArtifact(store, { descriptor, bytes }, {
    ...(isDigest(name) || root.digest !== descriptor.digest ? {} : { tag: name }),
    signatures: consumers.some(({ asksForSignatures }) => asksForSignatures),
    concurrency,
    context,
  });
  return judge(artifact, consumers);
}

/** Prints every byte as it is, so that the digest of what is printed is the manifest's; but not on a terminal. */
async function printRaw(bytes: Uint8Array<ArrayBuffer>, world: World): Promise<void> {
  const write = world.takeStdout();
  if (write === undefined) return world.stdout(new TextDecoder().decode(bytes));
  await write(bytes).catch((cause) => {
    throw new OutputError("standard output", cause);
  });
}
