import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../../../oci/annotation_keys.ts";
import type { Factory, Skip, StageIO } from "../../../pipeline/plugin.ts";
import type { Log } from "../../../work/context.ts";

/** What plugins have answered in one run, by plugin and question. */
export type Asked = Map<string, Answer>;

interface Answer {
  readonly output: Promise<Output>;
  /** What it has said to the user; filled in until the output is there. */
  readonly lines: readonly (readonly [level: Level, message: string])[];
}

/** What the answer depends on, beside the options. */
const KEYS = [SOURCE_ANNOTATION, REVISION_ANNOTATION, CREATED_ANNOTATION];

/**
 * Lets a plugin that looks at the machine look once in a run, though it is asked twice: which time stands for now must
 * be known before anything is packed, and the annotations come after that. What it says to the user is said again to
 * whoever asks again.
 */
export function askedOnce<Options>(
  factory: Factory<"annotate", Options>,
  asked: Asked,
): Factory<"annotate", Options> {
  return (kit) => {
    const plugin = factory(kit);
    return {
      ...plugin,
      async run(input, options, context): Promise<Output> {
        const question = JSON.stringify([plugin.name, options, KEYS.map((key) => input.known[key])]);
        const answer = asked.get(question) ?? ask();
        asked.set(question, answer);
        try {
          return await answer.output;
        } finally {
          for (const [level, message] of answer.lines) context.log[level](message);
        }

        function ask(): Answer {
          const lines: [Level, string][] = [];
          const log = Object.fromEntries(LEVELS.map((level) => {
            return [level, (message: string): void => void lines.push([level, message])];
          })) as unknown as Log;
          // In a promise of its own, so that what it throws at once is an answer too.
          return { output: (async () => await plugin.run(input, options, { ...context, log }))(), lines };
        }
      },
    };
  };
}

type Output = StageIO["annotate"]["out"] | Skip;

const LEVELS = ["debug", "info", "warn"] as const satisfies readonly (keyof Log)[];

type Level = typeof LEVELS[number];
