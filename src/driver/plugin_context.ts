import type { Annotations, Content } from "../oci/descriptor.ts";
import type { Context, Log } from "../work/context.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { LayerChoice } from "../pipeline/host.ts";
import type { Instance } from "./instance.ts";
import type { PluginContext, Problem, Skip, Stage } from "../pipeline/plugin.ts";
import { PluginError } from "../pipeline/plugin_error.ts";
import { trustOpen } from "./trusted_opens.ts";

/** Makes what a plugin may use: the run's context, and what only a plugin needs. */
export function pluginContext<S extends Stage>(
  { plugin, id, origin, host }: Instance<S>,
  context: Context,
): PluginContext<S> {
  const { name, version, stage } = plugin;
  const { scratch } = context;
  return {
    ...context,
    log: origin === undefined ? context.log : withPrefix(context.log, id),
    plugin: Object.freeze({ id, name, version }),
    host: Object.freeze({ version: host.version, apiVersion: 1 }),
    stage,
    mode: host.mode,
    // A date can be changed.
    sourceDate: structuredClone(host.sourceDate),
    env: Object.freeze(Object.fromEntries((plugin.env ?? []).map((name) => [name, host.env(name)]))),
    fail(code: string, message: string, { hint, path, cause }: Problem = {}): never {
      // A plugin in JavaScript may give anything.
      throw new PluginError(textOf(message) ?? "The plugin failed, and does not say why", {
        code: textOf(code) ?? "FAILED",
        plugin: id,
        stage,
        hint: textOf(hint),
        path: textOf(path),
        cause,
      });
    },
    skip: (reason: string): Skip => ({ skipped: reason }),
    entry(path, content, { executable = false } = {}): Entry {
      const bytes = bytesOf(content);
      return trustOpen({ path, kind: "file", executable, size: bytes.byteLength, open: () => streamOf(bytes) });
    },
    async blob(mediaType, content, { annotations } = {}): Promise<Content> {
      const describe: { readonly mediaType: string; readonly annotations?: Annotations } = {
        mediaType,
        ...(annotations === undefined ? {} : { annotations }),
      };
      const bytes = content instanceof ReadableStream ? content : streamOf(bytesOf(content));
      return trustOpen(await scratch.keep(describe, bytes));
    },
    layer: async (entries: readonly Entry[], choice: LayerChoice = {}): Promise<Content> =>
      trustOpen(await host.layer(entries, choice, context)),
  };
}

function withPrefix(log: Log, id: string): Log {
  return {
    debug: (message) => log.debug(`${id}: ${message}`),
    info: (message) => log.info(`${id}: ${message}`),
    warn: (message) => log.warn(`${id}: ${message}`),
  };
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

/** A copy: the bytes must not change any more. */
function bytesOf(content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller): void {
      // A copy as well: what one reader does to its bytes is nobody else's business.
      if (bytes.byteLength > 0) controller.enqueue(bytes.slice());
      controller.close();
    },
  });
}
