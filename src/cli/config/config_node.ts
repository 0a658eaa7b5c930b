/** A part of a configuration file with the place where it stands, whatever the format of the file. */
export type ConfigNode =
  | ConfigObject
  | { readonly kind: "list"; readonly offset: number; readonly items: readonly ConfigNode[] }
  | ConfigScalar;

/** A value without parts. */
export interface ConfigScalar {
  readonly kind: "scalar";
  readonly offset: number;
  readonly value: unknown;
  /** The environment variable whose secret value is in it; such a value is never shown. */
  readonly hides?: string;
}

/** An object with its keys as they stand in the file. */
export interface ConfigObject {
  readonly kind: "object";
  readonly offset: number;
  /** Every key, those that stand twice included. */
  readonly members: readonly ConfigMember[];
  /** The members by key; of a key that stands twice the last one counts. */
  readonly byKey: ReadonlyMap<string, ConfigMember>;
}

/** A key and its value. */
export interface ConfigMember {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: ConfigNode;
}

/** Something that is wrong, and where: `offset` counts UTF-16 units from the start of the file. */
export interface ConfigProblem {
  readonly offset: number;
  readonly message: string;
}

/** What a reader makes of a file: its tree unless the syntax is broken, and all that is wrong. */
export interface ConfigText {
  readonly root?: ConfigNode;
  readonly problems: readonly ConfigProblem[];
}

/** How deep lists and objects may be nested; no field needs more than a few levels. */
export const DEPTH_LIMIT = 100;

/** What is said of a file that is nested deeper than {@linkcode DEPTH_LIMIT}. */
export const TOO_DEEP = `it is nested deeper than ${DEPTH_LIMIT} levels`;

/** Makes an object out of its members. */
export function configObject(offset: number, members: readonly ConfigMember[]): ConfigObject {
  return { kind: "object", offset, members, byKey: new Map(members.map((member) => [member.key, member])) };
}

/** The plain value of a node. */
export function valueOf(node: ConfigNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(valueOf);
  // `fromEntries` defines the property, so a key "__proto__" changes no prototype.
  return Object.fromEntries([...node.byKey].map(([key, { value }]) => [key, valueOf(value)]));
}

/** Finds keys that no configuration may hold: the same twice in one object, and `__proto__`. */
export function keyProblems(node: ConfigNode): readonly ConfigProblem[] {
  if (node.kind === "scalar") return [];
  if (node.kind === "list") return node.items.flatMap(keyProblems);
  const seen = new Set<string>();
  return node.members.flatMap(({ key, keyOffset, value }) => {
    const problems: ConfigProblem[] = [];
    if (key === "__proto__") problems.push({ offset: keyOffset, message: 'the key "__proto__" is not allowed' });
    if (seen.has(key)) problems.push({ offset: keyOffset, message: `duplicate key ${quoteKey(key)}` });
    seen.add(key);
    return [...problems, ...keyProblems(value)];
  });
}

/** Where the value at a path stands, or the nearest part around it. */
export function valueOffset(root: ConfigNode, path: readonly PropertyKey[]): number {
  return nodeAt(root, path).offset;
}

/** Where the key at the end of a path stands, or the nearest part around it. */
export function keyOffset(root: ConfigNode, path: readonly PropertyKey[]): number {
  const holder = nodeAt(root, path.slice(0, -1));
  return memberOf(holder, path.at(-1))?.keyOffset ?? holder.offset;
}

/** The environment variable whose secret value a scalar at a path holds. */
export function hiddenIn(root: ConfigNode, path: readonly PropertyKey[]): string | undefined {
  const node = nodeAt(root, path);
  return node.kind === "scalar" ? node.hides : undefined;
}

/** Writes a key for a message. */
export function quoteKey(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
}

/** The node at a path, or the nearest one around it. */
function nodeAt(root: ConfigNode, path: readonly PropertyKey[]): ConfigNode {
  let node = root;
  for (const part of path) {
    const next = node.kind === "list" ? node.items[Number(part)] : memberOf(node, part)?.value;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function memberOf(node: ConfigNode, key: PropertyKey | undefined): ConfigMember | undefined {
  return node.kind === "object" ? node.byKey.get(String(key)) : undefined;
}
