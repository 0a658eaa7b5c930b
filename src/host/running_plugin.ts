import { AsyncLocalStorage } from "node:async_hooks";

/** Whose code runs. */
export interface RunningPlugin {
  /** What the pipeline calls it. */
  readonly id: string;
  /** Takes what it writes. */
  readonly say: (text: string) => void;
}

const running = new AsyncLocalStorage<RunningPlugin>();
let last: string | undefined;

/** Calls code of a plugin so that {@linkcode runningPlugin} knows whose it is, also after an `await`. */
export function runAsPlugin<T>(plugin: RunningPlugin, work: () => T): T {
  last = plugin.id;
  return running.run(plugin, work);
}

/** The plugin whose code this is; `undefined` for gantry's own. */
export function runningPlugin(): RunningPlugin | undefined {
  return running.getStore();
}

/** The id of the plugin whose code was called last; `undefined` when there was none. */
export function lastPlugin(): string | undefined {
  return last;
}
