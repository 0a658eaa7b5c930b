import { type Digest, isDigest } from "../oci/digest.ts";
import type { Plugin } from "../pipeline/plugin.ts";
import { PluginError, wrongOutput } from "../pipeline/plugin_error.ts";
import type { ReadyPlace } from "../pipeline/ready_plugin.ts";
import { callPlugin } from "./call_plugin.ts";
import { deepFreeze } from "./deep_freeze.ts";
import type { Instance } from "./instance.ts";
import { kindOf } from "./kind_of.ts";
import type { Moved } from "../store/store.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Makes a place that can be worked with of what an upload plugin knows.
 *
 * @throws {PluginError} When the place cannot say its URL.
 */
export function readyPlace({ place }: Plugin<"upload">, instance: Instance<"upload">): ReadyPlace {
  const { id, origin, options } = instance;
  const { append, attach, resolve } = place;
  const url = urlOf(place, instance);
  return {
    url,
    async resolve(tag, context): Promise<Digest | undefined> {
      if (resolve === undefined) throw cannotTell(instance, url, tag);
      return await callPlugin(instance, context, async (own) => {
        const digest = await resolve.call(place, { tag }, options, own);
        if (digest === undefined || isDigest(digest)) return digest;
        throw wrongOutput({ id, stage: "upload" }, "place.resolve", `gave ${kindOf(digest)} and no digest`);
      });
    },
    async tag(input, context): Promise<readonly Moved[]> {
      return await callPlugin(instance, context, async (own) => {
        const given = await place.tag(deepFreeze(input), options, own);
        if (origin !== undefined) (await import("./check_output.ts")).checkMoved(instance, given);
        return given.moved;
      });
    },
    ...(attach === undefined ? {} : {
      attach: (referrer, context) =>
        callPlugin(instance, context, async (own) => {
          await attach.call(place, deepFreeze(referrer), options, own);
        }),
    }),
    ...(append === undefined ? {} : {
      append: (companion, context) =>
        callPlugin(instance, context, async (own) => {
          await append.call(place, deepFreeze(companion), options, own);
        }),
    }),
    async discard(context): Promise<void> {
      await callPlugin(instance, context, async (own) => {
        await place.discard?.(options, own);
      });
    },
  };
}

/** Only tags that may not move are asked about. */
function cannotTell({ id }: Instance<"upload">, url: string, tag: string): PluginError {
  return new PluginError(
    `Cannot promise that tag ${JSON.stringify(tag)} of ${url} does not move: plugin ${id} cannot say what it points to`,
    {
      code: "PLUGIN_INVALID",
      plugin: id,
      stage: "upload",
      hint: "let the tag move, or give the plugin's place a `resolve`",
    },
  );
}

function urlOf({ url }: Plugin<"upload">["place"], { id, options }: Instance<"upload">): string {
  const details = { code: "PLUGIN_INVALID", plugin: id, stage: "upload" } as const;
  let made: unknown;
  try {
    made = url(options);
  } catch (cause) {
    const message = messageOf(cause);
    throw new PluginError(`Cannot use plugin ${JSON.stringify(id)}: its place.url threw: ${message}`, {
      ...details,
      cause,
    });
  }
  if (typeof made === "string" && made !== "") return made;
  throw new PluginError(`Cannot use plugin ${JSON.stringify(id)}: its place.url gives ${kindOf(made)}`, details);
}
