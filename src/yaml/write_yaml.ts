import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE_DOUBLE_QUOTED, type ScalarLayout } from "js-yaml";

/** How YAML is written. */
export interface WriteYamlOptions {
  /** Says which texts have to stand between double quotes, where a character can be written by its number. */
  readonly isQuoted: (text: string) => boolean;
}

/** Writes a value as YAML, without references: they are fine YAML, but not what people expect of a small report. */
export function writeYaml(value: unknown, { isQuoted }: WriteYamlOptions): string {
  const quote = (layout: ScalarLayout): void => {
    if (isQuoted(layout.node.value)) layout.style = SCALAR_STYLE_DOUBLE_QUOTED;
  };
  return dump(value, { noRefs: true, scalarStyleRules: [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quote] });
}
