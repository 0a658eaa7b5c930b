import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import type { Place, Stage, StageIO } from "./plugin.ts";
import type { Moved } from "../store/store.ts";

/** A plugin of the pipeline: its options are checked, and what it gives will be. */
export interface ReadyPlugin<S extends Stage = Stage> {
  /** What the pipeline calls it; no two have the same. */
  readonly id: string;
  /** What it calls itself. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** What it does. */
  readonly description: string | undefined;
  /** Where it stands. */
  readonly stage: S;
  /** The file or specifier that it is from; `undefined` for what is built in. */
  readonly origin: string | undefined;
  /**
   * Lets it work.
   *
   * @returns `undefined` when it was skipped, or has nothing to give.
   * @throws {StageError} Names it. The cause is a `PluginError`, or what a built-in plugin threw.
   */
  run(input: StageIO[S]["in"], context: Context): Promise<StageIO[S]["out"] | undefined>;
  /** Lets it work as {@linkcode ReadyPlugin.run} does, and tells why it was skipped instead of logging it. */
  attempt(input: StageIO[S]["in"], context: Context): Promise<Attempt<S>>;
  /** What an upload plugin knows of its place. */
  readonly place: S extends "upload" ? ReadyPlace : undefined;
}

/** What a plugin came to: what it gave, or why it was skipped. */
export interface Attempt<S extends Stage> {
  /** `undefined` when it was skipped, or has nothing to give. */
  readonly output?: StageIO[S]["out"];
  /** Why it was skipped. */
  readonly skipped?: string;
}

/** A plugin of one of several stages. */
export type ReadyOf<S extends Stage> = S extends Stage ? ReadyPlugin<S> : never;

/** The place of an upload plugin, with its options. All of it throws as {@linkcode ReadyPlugin.run} does. */
export interface ReadyPlace {
  /** The place without tag and digest. */
  readonly url: string;
  /** Says what a tag points to now. */
  resolve(tag: string, context: Context): Promise<Digest | undefined>;
  /** Lets tags point to what was uploaded. */
  tag(input: Tagging, context: Context): Promise<readonly Moved[]>;
  /** Brings something that refers to the artifact; left out when the place takes nothing of that kind. */
  readonly attach?: (referrer: Attaching, context: Context) => Promise<void>;
  /** Adds layers behind a companion tag; left out when the place takes nothing of that kind. */
  readonly append?: (companion: Appending, context: Context) => Promise<void>;
  /** Gives up what an upload that came to no tag has left behind. */
  discard(context: Context): Promise<void>;
}

/** What refers to the artifact, as a plugin's place gets it. */
export type Attaching = Parameters<NonNullable<Place<unknown>["attach"]>>[0];

/** What stands beside the artifact, as a plugin's place gets it. */
export type Appending = Parameters<NonNullable<Place<unknown>["append"]>>[0];

/** What tags are set to, and which. */
export type Tagging = StageIO["upload"]["in"];
