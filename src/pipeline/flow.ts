import type { Context } from "../work/context.ts";
import { StageError, type StageName } from "./stage_error.ts";
import type { Artifact, Collected, Packed, Publication, Selected, Source, Uploaded } from "./values.ts";

/** The six stages: what each takes and what it gives. The only place where the order is declared. */
export interface Flow extends Record<StageName, { readonly takes: unknown; readonly gives: unknown }> {
  /** Finds entries. */
  readonly collect: { readonly takes: Source; readonly gives: Collected };
  /** Leaves some out. */
  readonly filter: { readonly takes: Collected; readonly gives: Selected };
  /** Makes config and layers. */
  readonly archive: { readonly takes: Selected; readonly gives: Packed };
  /** Adds annotations and makes the manifest. */
  readonly annotate: { readonly takes: Packed; readonly gives: Artifact };
  /** Brings everything to every target. */
  readonly upload: { readonly takes: Artifact; readonly gives: Uploaded };
  /** Makes it visible. */
  readonly tag: { readonly takes: Uploaded; readonly gives: Publication };
}

/** What a stage does: takes one value, gives the next. */
export type Step<Takes, Gives> = (value: Takes, context: Context) => Promise<Gives>;

/** A step of the user's own, before or after a stage: it takes and gives the value that flows there. */
export interface CustomStep<Value> {
  /** Shown in messages and in plans. */
  readonly name: string;
  /** Takes the value that flows here and gives the one that flows on. */
  // A property and not a method: parameters of methods are checked less strictly, and a step for a later value would
  // pass for one before an earlier stage.
  readonly run: (value: Value, context: Context) => Promise<Value>;
}

/** Custom steps by the stage that they stand before or after; several at one place run in their order. */
export interface CustomSteps {
  /** By the stage that follows. */
  readonly before?: { readonly [S in StageName]?: readonly CustomStep<Flow[S]["takes"]>[] };
  /** By the stage that went before. */
  readonly after?: { readonly [S in StageName]?: readonly CustomStep<Flow[S]["gives"]>[] };
}

/** A step of our own, and the stage that it stands after. */
export interface AddedStep<S extends StageName> {
  /** The stage that went before. */
  readonly after: S;
  /** What is done there. */
  readonly step: CustomStep<Flow[S]["gives"]>;
  /** Set when it runs before the steps that stand there already. */
  readonly isFirst?: boolean;
}

/** Adds a step to those that are there already. */
export function withStep<S extends StageName>(
  custom: CustomSteps,
  { after: stage, step, isFirst = false }: AddedStep<S>,
): CustomSteps {
  const there: readonly CustomStep<Flow[S]["gives"]>[] = custom.after?.[stage] ?? [];
  return { ...custom, after: { ...custom.after, [stage]: isFirst ? [step, ...there] : [...there, step] } };
}

/** Runs a stage with the custom steps around it. */
export type RunStage = <S extends StageName>(
  name: S,
  value: Flow[S]["takes"],
  step: Step<Flow[S]["takes"], Flow[S]["gives"]>,
) => Promise<Flow[S]["gives"]>;

/**
 * Makes the function that runs every stage in the same way: stop when aborted, custom steps before, the stage itself,
 * custom steps after, and an error that says in which stage and in which step it happened.
 */
export function stageRunner(custom: CustomSteps, context: Context): RunStage {
  return async (name, value, step) => {
    const takes = await chain(custom.before?.[name] ?? [], value);
    const gives = await blamed(undefined, () => step(takes, context));
    return await chain(custom.after?.[name] ?? [], gives);

    async function chain<Value>(steps: readonly CustomStep<Value>[], value: Value): Promise<Value> {
      for (const step of steps) value = await blamed(step.name, () => step.run(value, context));
      return value;
    }

    async function blamed<Value>(step: string | undefined, run: () => Promise<Value>): Promise<Value> {
      try {
        context.signal.throwIfAborted();
        return await run();
      } catch (cause) {
        throw StageError.from(cause, name, step);
      }
    }
  };
}
