import { looksSecret } from "../secrets.ts";
import { type ConfigNode, configObject, type ConfigProblem, type ConfigScalar, quoteKey } from "./config_node.ts";

/** Gives the values of environment variables; one that is not set is absent or `undefined`. */
export type ReadEnv = (names: readonly string[]) => Readonly<Record<string, string | undefined>>;

/**
 * Writes the values of environment variables in the place of `${NAME}` in a configuration's strings, keys excepted.
 * `$${` stands for `${`. Only what the top-level list `env` declares may be used, so that a file says what it reads.
 */
export function substituteEnv(
  root: ConfigNode,
  read: ReadEnv,
): { readonly root: ConfigNode; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  if (root.kind !== "object") return { root, problems };
  const declared = declaredNames(root.byKey.get("env")?.value);
  const values = read(declared);
  const members = root.members.map((member) =>
    LITERAL_KEYS.includes(member.key) ? member : { ...member, value: replaced(member.value) }
  );
  return { root: configObject(root.offset, members), problems };

  function replaced(node: ConfigNode): ConfigNode {
    if (node.kind === "list") return { ...node, items: node.items.map(replaced) };
    if (node.kind === "scalar") return typeof node.value === "string" ? replacedText(node, node.value) : node;
    return configObject(node.offset, node.members.map((member) => ({ ...member, value: replaced(member.value) })));
  }

  function replacedText(node: ConfigScalar, text: string): ConfigNode {
    let hides: string | undefined;
    const value = text.replaceAll(VARIABLE_REGEXP, (found: string, name: string = "") => {
      if (found === "$${") return "${";
      const value = declared.includes(name) ? values[name] : undefined;
      if (value === undefined || value === "") problems.push({ offset: node.offset, message: reasonFor(found, name) });
      else if (looksSecret(name)) hides = name;
      return value ?? "";
    });
    return { ...node, value, ...(hides === undefined ? {} : { hides }) };
  }

  function reasonFor(found: string, name: string): string {
    if (!NAME_REGEXP.test(name)) {
      return `${quoteKey(found)} names no environment variable, write "$\${" for a "\${" that means itself`;
    }
    return declared.includes(name)
      ? `the environment variable ${name} is not set or empty`
      : `the environment variable ${name} is not declared, add it to the list "env"`;
  }
}

/** What a schema's address and the list itself say means just that. */
const LITERAL_KEYS = ["$schema", "env"];
const NAME_REGEXP = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What is escaped, what stands for a variable, and a beginning without an end. */
const VARIABLE_REGEXP = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

function declaredNames(node: ConfigNode | undefined): readonly string[] {
  if (node?.kind !== "list") return [];
  const values = node.items.map((item) => item.kind === "scalar" ? item.value : undefined);
  return values.filter((value) => typeof value === "string").filter((name) => NAME_REGEXP.test(name));
}
