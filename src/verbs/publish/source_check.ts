import { REF_NAME_ANNOTATION } from "../../oci/annotation_keys.ts";
import { isObject } from "../../oci/is_object.ts";
import { formatReference } from "../../oci/reference.ts";
import { isTag } from "../../oci/tag.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { CustomStep } from "../../pipeline/flow.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Collected } from "../../pipeline/values.ts";
import type { Log } from "../../work/context.ts";
import { loadProfiles } from "../../profiles/profiles.ts";
import type { Settings } from "./settings.ts";
import { sourceDirectory } from "./source_path.ts";
import { listingOf, sourceListing } from "./source_view.ts";

/** What is to be packed, and as what. */
type CheckedSource = Pick<Settings, "source" | "targets" | "spell" | "version" | "profile">;

/**
 * Makes the step that looks at what was found before it is packed: what nobody could use as it would be published is
 * refused, unless that was asked for by name, and what another profile would be chosen for is named in a warning.
 */
export function sourceCheck(source: CheckedSource): CustomStep<Collected> {
  const { name, isDetected } = source.profile;
  return {
    name: "source check",
    async run(collected, { log }): Promise<Collected> {
      const { entries } = collected;
      if (name !== "generic" || isDetected) await refuseImages(entries, source);
      if (name === "generic" && isDetected) await refuseUnusable(entries, source);
      else if (isDetected) await warnOfOthers(entries, source, log);
      return collected;
    },
  };
}

function asFiles({ spell }: CheckedSource): string {
  return `to pack its files as they are: ${spell("profile", "generic")}`;
}

/** A layout or an archive of images is a place with artifacts, and no content of one. */
async function refuseImages(entries: readonly Entry[], checked: CheckedSource): Promise<void> {
  const { source } = checked;
  const isTree = await isDirectory(source);
  const filesToo = asFiles(checked);
  const root = new Map(
    entries.filter(({ kind, path }) => kind === "file" && !path.includes("/")).map((entry) => [entry.path, entry]),
  );
  const named = nameOf(source);
  const place = word(destination(checked));
  const index = root.get("index.json");
  if (index !== undefined && root.has("oci-layout")) {
    const from = source === "-" ? "oci-archive:FILE" : `${isTree ? "oci-layout" : "oci-archive"}:${source}`;
    throw new SourceError(
      `Cannot pack ${named} as files: it is an OCI image layout, which holds artifacts already`,
      { hint: `publish what it holds with \`gantry copy ${word(from + await tagIn(index))} ${place}\`; ${filesToo}` },
    );
  }
  const manifest = root.get("manifest.json");
  const isSaved = manifest !== undefined &&
    (root.has("version") && [...root.keys()].some((path) => /^[0-9a-f]{64}$/.test(path)) ||
      await listsImages(manifest));
  if (isSaved) {
    const from = `${isTree ? "dir" : "docker-archive"}:${source === "-" ? "FILE" : source}`;
    throw new SourceError(
      `Cannot pack ${named} as files: it is a container image, saved without a registry`,
      {
        hint: `make a layout of it with \`skopeo copy ${word(from)} oci-archive:image.tar:TAG\`, and publish that ` +
          `with \`gantry copy oci-archive:image.tar:TAG ${place}\`; ${filesToo}`,
      },
    );
  }
}

function destination({ targets: [target], version }: CheckedSource): string {
  if (target === undefined) return "oci://HOST/REPOSITORY:TAG";
  const { digest: _, ...place } = target;
  return formatReference({ ...place, ...(version === undefined ? {} : { tag: place.tag ?? version }) });
}

/** Whether it says which images there are, as `docker save` writes it, and crane, kaniko, jib and others after that. */
async function listsImages(manifest: Entry): Promise<boolean> {
  const images = await readJson(manifest);
  return Array.isArray(images) && images.length > 0 &&
    images.every((image) => typeof image?.Config === "string" && Array.isArray(image.Layers));
}

/** The tag to name when there is one artifact with a name. */
async function tagIn(file: Entry): Promise<string> {
  const index = await readJson(file);
  const manifests = isObject(index) && Array.isArray(index.manifests) ? index.manifests : [];
  const names = manifests.map((descriptor) => descriptor?.annotations?.[REF_NAME_ANNOTATION]);
  const [name] = names.filter((each) => each !== undefined);
  return names.length === 1 && typeof name === "string" && isTag(name) ? `:${name}` : ":TAG";
}

/** `undefined` for what is large or no JSON: what it is worth, the advised command will say. */
async function readJson(file: Entry): Promise<unknown> {
  if (file.size > 1024 * 1024) return undefined;
  return await new Response(file.open()).json().catch(() => undefined);
}

/** What an ecosystem publishes in a way of its own, and nobody takes as a generic artifact. */
async function refuseUnusable(entries: readonly Entry[], checked: CheckedSource): Promise<void> {
  if (await isDirectory(checked.source)) return await refuseFolder(entries, checked);
  await refusePacked(entries, checked);
  await refuseSigned(entries, checked);
}

/**
 * What comes by standard input is looked at only now, when it is too late to take it for what it is: a packed source
 * that is published as it is, and not as what is in it.
 */
async function refusePacked(entries: readonly Entry[], checked: CheckedSource): Promise<void> {
  for (const [name, { recognizes }] of Object.entries(await loadProfiles())) {
    const because = await recognizes?.(listingOf(entries));
    if (because === undefined) continue;
    throw new SourceError(`Cannot publish ${nameOf(checked.source)} as a generic artifact: ${because}`, {
      hint: `from a file, \`gantry push FILE\` publishes it with profile ${name}; ${asFiles(checked)}`,
    });
  }
}

/** What lies in an archive that is no packed source of its ecosystem: nobody takes it as a generic artifact either. */
async function refuseSigned(entries: readonly Entry[], checked: CheckedSource): Promise<void> {
  // A file that is published by itself stands for nothing else.
  if (entries.length < 2) return;
  const { source, spell } = checked;
  const root = new Set(entries.map(({ path }) => path));
  for (const [other, { signs }] of Object.entries(await loadProfiles())) {
    const sign = signs.find((file) => root.has(file));
    if (sign === undefined) continue;
    throw new SourceError(`Cannot publish ${nameOf(source)} as a generic artifact: there is a ${sign} in it`, {
      hint: `unpacked to a directory, it is published with profile ${other}; as it is, ${spell("profile", other)} ` +
        `may take it; ${asFiles(checked)}`,
    });
  }
}

/** A directory with nothing in it but what is packed already and published file by file. */
async function refuseFolder(entries: readonly Entry[], checked: CheckedSource): Promise<void> {
  const files = entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
  const packed = files.find((path) => path.endsWith(".tgz"));
  if (packed === undefined || !files.every((path) => /^[^/]+\.tgz(?:\.prov)?$/.test(path))) return;
  const file = `${checked.source}/${packed}`;
  const listing = await sourceListing(file);
  for (const [name, { recognizes }] of Object.entries(await loadProfiles())) {
    const because = listing && await recognizes?.(listing);
    if (because === undefined) continue;
    throw new SourceError(
      `Cannot publish ${nameOf(checked.source)} as a generic artifact: there is ${packed} in it, and ${because}`,
      { hint: `\`gantry push ${word(file)}\` publishes it with profile ${name}; ${asFiles(checked)}` },
    );
  }
}

async function warnOfOthers(
  entries: readonly Entry[],
  { profile: { name, because, facts }, spell }: CheckedSource,
  log: Log,
): Promise<void> {
  const root = new Set(entries.map(({ path }) => path));
  for (const [other, { signs, ignoreFile }] of Object.entries(await loadProfiles())) {
    const sign = signs.find((file) => file !== ignoreFile && !facts.signs.includes(file) && root.has(file));
    if (other === name || sign === undefined) continue;
    log.warn(
      `There is a ${sign}, but ${because}, so it is packed as ${name}: ${
        spell("profile", other)
      } packs it as ${other} does`,
    );
  }
}

async function isDirectory(source: string): Promise<boolean> {
  return source !== "-" && await sourceDirectory(source) === source;
}

function nameOf(source: string): string {
  return source === "-" ? "standard input" : JSON.stringify(source);
}

/** Writes a word for a shell. */
function word(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
