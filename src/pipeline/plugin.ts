/**
 * What a plugin is: the one contract that the built-in plugins and those of users are written against.
 *
 * A plugin decides; the host computes. A filter says which paths to drop, and the stage makes the next value of it; so
 * how several plugins of a stage combine is the stage's rule and never the plugin's.
 *
 * A plugin's file needs no import that is there when it runs: types come by `import type`, zod and everything else as
 * arguments. So the same file runs under `deno run`, in the compiled binary and in tests.
 */
import type { Schema, Zod } from "./schema.ts";
import type { Annotations, Content, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import type { Entry } from "./entry.ts";
import type { StageName } from "./stage_error.ts";
import type { Artifact, Attributed, Collected, Packed, Publication, Selected, Source, Uploaded } from "./values.ts";
import type { CompanionEnding } from "../store/companion_tags.ts";
import type { Moved, TagName } from "../store/store.ts";

/** A value now or later. */
export type MaybePromise<T> = T | Promise<T>;

/** Where a plugin can stand: at one of the six stages, or before or after one of them. */
export type Stage = StageName | `before:${StageName}` | `after:${StageName}`;

/** An entry that is left out, and why. */
export interface Drop {
  /** The entry's path. A directory goes with everything in it. */
  readonly path: string;
  /** Which rule it was, such as `*.jpg`. */
  readonly reason: string;
}

/** Config and layers. */
export interface Contents {
  /** The artifact's type (RFC 6838). */
  readonly artifactType?: string;
  /** Small JSON that the manifest names; OCI's empty config `{}` when left out. */
  readonly config?: Content;
  /** In the order of the manifest, at least one. */
  readonly layers: readonly Content[];
}

/** Something that refers to the artifact, such as a signature, a scan's result or an SBOM. */
export interface Referrer extends Contents {
  /** What it is (RFC 6838): consumers look for it by this type. */
  readonly artifactType: string;
  /** Annotations of its manifest. */
  readonly annotations?: Annotations;
}

/**
 * Something that stands beside the artifact under a tag that is made of its digest, without naming it as its subject:
 * so cosign keeps signatures for those who look for no referrers. What others have behind the tag stays there.
 */
export interface Companion {
  /** How the tag ends: `sig` stands for `sha256-….sig`, `att` for attestations, `sbom` for SBOMs. */
  readonly ending: CompanionEnding;
  /** What is added to the layers behind the tag, each with its annotations, unless it is there. At least one. */
  readonly layers: readonly Content[];
}

/** What belongs to the artifact and is brought to every target before any tag of its own is set. */
export interface Belongings {
  /** What refers to the artifact. Each target is asked afterwards whether it lists it. */
  readonly referrers?: readonly Referrer[];
  /** What stands beside the artifact under tags made of its digest. */
  readonly companions?: readonly Companion[];
}

/** What the plugins of each stage take and what they give. The only place where these shapes are declared. */
export interface StageIO {
  /** Finds entries, in any order. Those of several plugins are put together; the same path twice is an error. */
  readonly collect: { readonly in: Source; readonly out: { readonly entries: readonly Entry[] } };
  /** Says what to leave out. Several run in their order, each on what the one before it kept. */
  readonly filter: {
    readonly in: { readonly entries: readonly Entry[] };
    readonly out: { readonly drop: readonly Drop[] };
  };
  /** Makes config and layers of the entries, which are in the order of a walk. There is exactly one. */
  readonly archive: { readonly in: { readonly entries: readonly Entry[] }; readonly out: Contents };
  /** Says what it knows of the manifest's annotations. The first of several to know a key wins. */
  readonly annotate: {
    readonly in: {
      readonly entries: readonly Entry[];
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      /** What the plugins before this one know. */
      readonly known: Readonly<Record<string, Attributed>>;
    };
    readonly out: { readonly set: Readonly<Record<string, string | Attributed>> };
  };
  /** Brings blobs, and the manifest last, to one place; no tag is visible yet. What is there already is not sent. */
  readonly upload: {
    readonly in: {
      readonly manifest: Content;
      /** Config and layers, each digest once. */
      readonly blobs: readonly Content[];
      /** The names that {@linkcode Place.tag} will set. */
      readonly tags: readonly TagName[];
    };
    readonly out: {
      /** What was sent. */
      readonly uploaded: readonly Digest[];
      /** What was there already. */
      readonly existing: readonly Digest[];
      /** Bytes of content that were sent, retries included; the sizes of `uploaded` when left out. */
      readonly bytesSent?: number;
    };
  };
  /** Names tags for every target. Those of several are put together; immutable if any of them says so. */
  readonly tag: {
    readonly in: {
      readonly digest: Digest;
      readonly annotations: Readonly<Record<string, Attributed>>;
    };
    readonly out: { readonly tags: readonly (string | TagName)[] };
  };
  /** Before anything is read. It may only look. */
  readonly "before:collect": { readonly in: Source; readonly out: void };
  /** Everything that was found; it may change. */
  readonly "after:collect": { readonly in: Collected; readonly out: ChangedEntries | void };
  /** The same, as what runs right before the filters. */
  readonly "before:filter": { readonly in: Collected; readonly out: ChangedEntries | void };
  /** What is kept; it may change. */
  readonly "after:filter": { readonly in: Selected; readonly out: ChangedEntries | void };
  /** The same, as what runs right before it is packed. */
  readonly "before:archive": { readonly in: Selected; readonly out: ChangedEntries | void };
  /** Config and layers; they may change, or the run may end here. */
  readonly "after:archive": { readonly in: Packed; readonly out: Contents | void };
  /** The same, as what runs right before annotations are gathered. */
  readonly "before:annotate": { readonly in: Packed; readonly out: Contents | void };
  /** The artifact as it will be published. It may only look. */
  readonly "after:annotate": { readonly in: Artifact; readonly out: void };
  /** The same, when it will be published for sure and nothing was contacted yet. */
  readonly "before:upload": { readonly in: Artifact; readonly out: void };
  /** Every target has everything, and no tag is set. It may bring what belongs to the artifact. */
  readonly "after:upload": { readonly in: Uploaded; readonly out: Belongings | void };
  /** The same, as the last before tags are set. */
  readonly "before:tag": { readonly in: Uploaded; readonly out: Belongings | void };
  /** Everything is visible. It may only look. */
  readonly "after:tag": { readonly in: Publication; readonly out: void };
}

/** Entries in the place of those that were there. */
export interface ChangedEntries {
  /** All that flow on; what is not among them any more counts as left out by this plugin. */
  readonly entries: readonly Entry[];
}

/** A plugin had nothing to do, which is no error. */
export interface Skip {
  /** Why. */
  readonly skipped: string;
}

/** What a plugin may say of a problem beyond its message. */
export interface Problem {
  /** What the user can do about it. */
  readonly hint?: string;
  /** What it is about, such as an entry's path. */
  readonly path?: string;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/** What a plugin may use. It never carries data from one plugin to another. */
export interface PluginContext<S extends Stage = Stage> extends Context {
  /** The plugin itself, as it was configured. */
  readonly plugin: { readonly id: string; readonly name: string; readonly version: string };
  /** Who runs it. */
  readonly host: { readonly version: string; readonly apiVersion: 1 };
  /** Where it stands. */
  readonly stage: S;
  /** `plan` when nothing will be published. */
  readonly mode: "run" | "plan";
  /** The time that stands for now: `--created`, `SOURCE_DATE_EPOCH`, the CI's or git's commit time; never the clock. */
  readonly sourceDate: Date | undefined;
  /** The environment variables that the plugin declared, and no others. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the run with an error that is the user's business and no fault of the plugin. */
  fail(code: string, message: string, problem?: Problem): never;
  /** Says that there was nothing to do: `return context.skip("no kinds are configured")`. */
  skip(reason: string): Skip;
  /** Makes an entry. */
  entry(path: string, content: string | Uint8Array<ArrayBuffer>, options?: { readonly executable?: boolean }): Entry;
  /** Keeps bytes until the end of the run, so that they can be a layer or a config. */
  blob(
    mediaType: string,
    content: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>,
    options?: { readonly annotations?: Annotations },
  ): Promise<Content>;
  /** Packs entries as gantry does: the same entries give the same bytes everywhere. */
  layer(
    entries: readonly Entry[],
    options?: { readonly mediaType?: string; readonly annotations?: Annotations },
  ): Promise<Content>;
}

/** A plugin, as its factory gives it. */
export type Plugin<S extends Stage = Stage, O = unknown> = PluginBase<S, O> & PlaceOf<S, O>;

/** What every plugin has. */
export interface PluginBase<S extends Stage, O> {
  /** Who it is, such as `acme:strip-secrets`. */
  readonly name: string;
  /** SemVer. */
  readonly version: string;
  /** The version of this contract. */
  readonly apiVersion: 1;
  /** Where it stands. */
  readonly stage: S;
  /** One sentence for `gantry plugin list`. */
  readonly description?: string;
  /** What can be configured; a strict object, so that a misspelt option is an error. */
  readonly options: Schema<O>;
  /** The environment variables that it reads. */
  readonly env?: readonly string[];
  /** What happens in a plan; it runs when left out. Those of upload and around it, and steps around tag, never do. */
  readonly inPlan?: "run" | "skip";
  /** Does the work. */
  run(input: StageIO[S]["in"], options: O, context: PluginContext<S>): MaybePromise<StageIO[S]["out"] | Skip>;
}

/** What only upload plugins have. */
export type PlaceOf<S extends Stage, O> = S extends "upload" ? { readonly place: Place<O> } : unknown;

/** What an upload plugin knows about the place that it uploads to. */
export interface Place<O> {
  /** The place without tag and digest, such as `webdav:https://files.acme.example/app`. */
  url(options: O): string;
  /** Says what a tag points to now; `undefined` when there is no such tag. Needed for tags that may not move. */
  resolve?(
    input: { readonly tag: string },
    options: O,
    context: PluginContext<"upload">,
  ): MaybePromise<Digest | undefined>;
  /** Lets tags point to what was uploaded. */
  tag(
    input: StageIO["upload"]["in"],
    options: O,
    context: PluginContext<"upload">,
  ): MaybePromise<{ readonly moved: readonly Moved[] }>;
  /** Brings something that refers to the artifact. */
  attach?(
    input: { readonly manifest: Content; readonly blobs: readonly Content[]; readonly subject: Descriptor },
    options: O,
    context: PluginContext<"upload">,
  ): MaybePromise<void>;
  /** Adds layers to the manifest behind one of the artifact's companion tags; what is behind it stays there. */
  append?(
    input: { readonly tag: string; readonly layers: readonly Content[]; readonly subject: Descriptor },
    options: O,
    context: PluginContext<"upload">,
  ): MaybePromise<void>;
  /** Gives up what an upload that came to no tag has left behind. Called at the end of every run. */
  discard?(options: O, context: PluginContext<"upload">): MaybePromise<void>;
}

/** What a plugin's factory gets. */
export interface Kit {
  /** The version of the contract that the host speaks. */
  readonly apiVersion: 1;
  /** zod, for the options. */
  readonly z: Zod;
  /** Gives back what it gets, with types that fit the stage. */
  plugin<const S extends Stage, O>(plugin: Plugin<S, O>): Plugin<S, O>;
}

/** What a plugin's file has as its default export. Called once for each entry in the configuration. */
export type PluginFactory = (kit: Kit) => AnyPlugin;

/** Makes plugins of one stage. */
export type Factory<S extends Stage, O> = (kit: Kit) => Plugin<S, O>;

/** A plugin of any stage with any options. */
// deno-lint-ignore no-explicit-any -- options are checked by the plugin's own schema, and known to it alone
export type AnyPlugin = { [S in Stage]: Plugin<S, any> }[Stage];
