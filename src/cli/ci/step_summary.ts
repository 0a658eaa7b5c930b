import { whyUnreadable } from "../../system/io_error.ts";
import type { World } from "../world.ts";

/** A table for the page of a CI run. */
export interface StepSummary {
  /** What was done, such as `Published`. */
  readonly title: string;
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Adds a table to the summary of a run in GitHub Actions; elsewhere there is none. That it cannot be written is a
 * warning, since what was to be done is done.
 *
 * @see {@link https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary | Adding a job summary}
 */
export async function addStepSummary(
  summary: StepSummary,
  { env, secrets, stderr }: Pick<World, "env" | "secrets" | "stderr">,
): Promise<void> {
  const path = env("GITHUB_STEP_SUMMARY");
  if (env("GITHUB_ACTIONS") !== "true" || !path) return;
  try {
    await Deno.writeTextFile(path, secrets.maskResult(markdown(summary)), { append: true });
  } catch (cause) {
    stderr(`warning: Cannot write the step summary: ${whyUnreadable(cause)}\n`);
  }
}

function markdown({ title, columns, rows }: StepSummary): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
  return `### ${title}\n\n${line(columns)}${line(columns.map(() => "---"))}${rows.map(line).join("")}\n`;
}

/** A name from elsewhere can neither end its cell nor be anything but text. */
function cell(text: string): string {
  if (/^-+$/.test(text)) return text;
  const plain = text.replaceAll(/[\r\n]+/g, " ").replaceAll("|", "\\|");
  return /[`<>*_[\]]/.test(plain) ? `\`${plain.replaceAll("`", "'")}\`` : plain;
}
