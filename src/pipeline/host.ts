import type { Annotations, Content } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { Entry } from "./entry.ts";
import type { Stage } from "./plugin.ts";

/** Who runs plugins: the means that the pipeline does not have itself. */
export interface Host {
  /** The version of gantry. */
  readonly version: string;
  /** `plan` when nothing will be published. */
  readonly mode: "run" | "plan";
  /** The time that stands for now; never the clock's. */
  readonly sourceDate: Date | undefined;
  /** The value of an environment variable that a plugin has declared. */
  env(name: string): string | undefined;
  /** Packs entries reproducibly and keeps the layer until the end of the run. */
  layer(entries: readonly Entry[], options: LayerChoice, context: Context): Promise<Content>;
  /**
   * Calls back after a time in milliseconds. Waiting for that must not keep the program alive.
   *
   * @returns Stops it.
   */
  timer(milliseconds: number, elapsed: () => void): () => void;
  /**
   * Calls back when nothing is under way any more that could wake the program.
   *
   * @returns Stops it.
   */
  whenIdle(idle: () => void): () => void;
  /** Calls code of a plugin, in a way that tells what it writes from what others write. */
  during<T>(plugin: PluginCall, work: () => T): T;
}

/** Which plugin's code is called. */
export interface PluginCall {
  readonly id: string;
  readonly stage: Stage;
  /** How long it may take, in milliseconds; without end when left out. */
  readonly timeout?: number;
}

/** What a plugin may choose about a layer. */
export interface LayerChoice {
  /** The media type of the compressed layer. */
  readonly mediaType?: string;
  /** Annotations of its descriptor. */
  readonly annotations?: Annotations;
}
