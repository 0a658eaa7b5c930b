import { archiveOf } from "../pipeline/archive.ts";
import { bringToTargets } from "../pipeline/bring_to_targets.ts";
import { type Entry, inWalkOrder } from "../pipeline/entry.ts";
import type { CustomStep, CustomSteps } from "../pipeline/flow.ts";
import type { Belongings, ChangedEntries, Contents, Stage } from "../pipeline/plugin.ts";
import type { ReadyOf, ReadyPlugin } from "../pipeline/ready_plugin.ts";
import type { StageName } from "../pipeline/stage_error.ts";
import type { Target } from "../pipeline/target.ts";
import type { Collected, Dropped, Packed, Uploaded } from "../pipeline/values.ts";

/** Where a custom step can stand. */
export type StepStage = Exclude<Stage, StageName>;

/**
 * Puts plugins around the stages, several at one place in their order.
 *
 * @param targets Where what refers to the artifact is brought.
 */
export function pluginSteps(plugins: readonly ReadyOf<StepStage>[], targets: readonly Target[]): CustomSteps {
  const referring = (plugin: Referring): CustomStep<Uploaded> => referringStep(plugin, targets);
  return {
    before: {
      collect: at("before:collect").map(watchingStep),
      filter: at("before:filter").map(changingStep),
      archive: at("before:archive").map(changingStep),
      annotate: at("before:annotate").map(repackingStep),
      upload: at("before:upload").map(watchingStep),
      tag: at("before:tag").map(referring),
    },
    after: {
      collect: at("after:collect").map(changingStep),
      filter: at("after:filter").map(changingStep),
      archive: at("after:archive").map(repackingStep),
      annotate: at("after:annotate").map(watchingStep),
      upload: at("after:upload").map(referring),
      tag: at("after:tag").map(watchingStep),
    },
  };

  function at<S extends StepStage>(stage: S): readonly ReadyPlugin<S>[] {
    return plugins.filter((plugin): plugin is ReadyOf<StepStage> & ReadyPlugin<S> => plugin.stage === stage);
  }
}

/** A plugin that takes one kind of value, wherever it stands. */
interface Taking<Value, Gives> extends Pick<ReadyPlugin, "id"> {
  run(value: Value, context: Parameters<ReadyPlugin["run"]>[1]): Promise<Gives | undefined | void>;
}
type Referring = Taking<Uploaded, Belongings>;

function watchingStep<Value>(plugin: Taking<Value, void>): CustomStep<Value> {
  return {
    name: plugin.id,
    async run(value, context): Promise<Value> {
      await plugin.run(value, context);
      return value;
    },
  };
}

function changingStep<Value extends Collected>(plugin: Taking<Value, ChangedEntries>): CustomStep<Value> {
  return {
    name: plugin.id,
    async run(value, context): Promise<Value> {
      const changed = await plugin.run(value, context);
      if (!changed) return value;
      const entries = inWalkOrder(changed.entries);
      const dropped = [...value.dropped ?? [], ...leftOut(value.entries, entries, plugin.id)];
      return { ...value, entries, dropped };
    },
  };
}

function leftOut(before: readonly Entry[], after: readonly Entry[], id: string): readonly Dropped[] {
  const kept = new Set(after.map(({ path }) => path));
  return before.filter(({ path }) => !kept.has(path)).map(({ path }) => ({ path, reason: `left out by ${id}` }));
}

function repackingStep(plugin: Taking<Packed, Contents>): CustomStep<Packed> {
  return {
    name: plugin.id,
    async run(packed, context): Promise<Packed> {
      const contents = await plugin.run(packed, context);
      return contents ? { ...packed, archive: archiveOf(contents, packed.archive.profile) } : packed;
    },
  };
}

function referringStep(plugin: Referring, targets: readonly Target[]): CustomStep<Uploaded> {
  return {
    name: plugin.id,
    async run(uploaded, context): Promise<Uploaded> {
      const given = await plugin.run(uploaded, context);
      if (given === undefined) return uploaded;
      const { referrers, companions } = await bringToTargets(given, uploaded.manifest, targets, context);
      const attached = referrers.map(({ manifest }) => manifest.descriptor);
      const tags = companions.map(({ tag }) => tag);
      return {
        ...uploaded,
        ...(attached.length === 0 ? {} : { referrers: [...uploaded.referrers ?? [], ...attached] }),
        ...(tags.length === 0 ? {} : { companions: [...new Set([...uploaded.companions ?? [], ...tags])] }),
      };
    },
  };
}
