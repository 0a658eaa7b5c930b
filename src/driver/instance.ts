import type { Host } from "../pipeline/host.ts";
import type { Plugin, Stage } from "../pipeline/plugin.ts";

/** One use of a plugin. */
export interface Instance<S extends Stage = Stage> {
  /** What its factory made for this use alone. */
  readonly plugin: Plugin<S>;
  /** What the pipeline calls it. */
  readonly id: string;
  /** The file or specifier that it is from; `undefined` for what is built in. */
  readonly origin: string | undefined;
  /** Its options, checked. */
  readonly options: unknown;
  /** How long a call may take, in milliseconds; `undefined` for as long as it likes. */
  readonly timeout: number | undefined;
  /** Who runs it. */
  readonly host: Host;
}
