import {
  constructFromEvents,
  type Event,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";

/**
 * A part of a YAML document with the place where it stands; `offset` counts UTF-16 units from the start of the text.
 */
export type YamlNode = YamlObject | YamlList | YamlScalar;

/** An object with its keys as they stand in the text. */
export interface YamlObject {
  /** What it is. */
  readonly kind: "object";
  /** Where it begins. */
  readonly offset: number;
  /** Every key, those that stand twice included. */
  readonly members: readonly YamlMember[];
  /** The members by key; of a key that stands twice the last one counts. */
  readonly byKey: ReadonlyMap<string, YamlMember>;
}

/** A key and its value. */
export interface YamlMember {
  /** The key as it is written, whatever its type. */
  readonly key: string;
  /** Where the key begins. */
  readonly keyOffset: number;
  /** What stands behind it. */
  readonly value: YamlNode;
}

/** A list. */
export interface YamlList {
  /** What it is. */
  readonly kind: "list";
  /** Where it begins. */
  readonly offset: number;
  /** Its items. */
  readonly items: readonly YamlNode[];
}

/** A value without parts. */
export interface YamlScalar {
  /** What it is. */
  readonly kind: "scalar";
  /** Where it begins. */
  readonly offset: number;
  /** What the core schema makes of it. */
  readonly value: unknown;
  /** Its text, as it is written: `1.10` and not the number 1.1. */
  readonly text: string;
}

/** Something that is wrong, and where. */
export interface YamlProblem {
  /** Where: UTF-16 units from the start of the text. */
  readonly offset: number;
  /** What: goes on after a place. */
  readonly message: string;
}

/** What a text holds: its tree unless the syntax is broken, and all that is wrong. */
export interface YamlText {
  /** The one document; an empty object when there is none. */
  readonly root?: YamlNode;
  /** All that is wrong. */
  readonly problems: readonly YamlProblem[];
}

/** How deep lists and objects may be nested. */
export const YAML_DEPTH_LIMIT = 100;

/** What is said of a text that is nested deeper than {@linkcode YAML_DEPTH_LIMIT}. */
const YAML_TOO_DEEP = `it is nested deeper than ${YAML_DEPTH_LIMIT} levels`;

/**
 * Reads YAML 1.2 with the core schema: one document, no aliases, no tags on lists and objects. An empty document is an
 * empty object.
 */
export function readYaml(text: string): YamlText {
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth: YAML_DEPTH_LIMIT });
  } catch (cause) {
    return { problems: [syntaxProblem(cause)] };
  }
  const [document] = events;
  return document === undefined ? { root: EMPTY, problems: [] } : toTree(text, document, events);
}

/** Says what is wrong with the syntax of a text, of any number of documents; `undefined` when nothing is. */
export function yamlSyntaxProblem(text: string): YamlProblem | undefined {
  try {
    parseEvents(text, { maxDepth: YAML_DEPTH_LIMIT });
    return undefined;
  } catch (cause) {
    return syntaxProblem(cause);
  }
}

const EMPTY = objectOf(0, []);

function objectOf(offset: number, members: readonly YamlMember[]): YamlObject {
  return { kind: "object", offset, members, byKey: new Map(members.map((member) => [member.key, member])) };
}

/** Builds the tree from the parser's events, because its values do not say where they stand. */
function toTree(text: string, document: Event, events: readonly Event[]): YamlText {
  const problems: YamlProblem[] = [];
  let at = 1;
  const root = takeNode(0);
  takeEnd();
  // The start of another document has no place, its first node has.
  const more = events[at + 1];
  if (more !== undefined) {
    problems.push({ offset: offsetOf(more) ?? text.length, message: "there is more than one document" });
  }
  return { root: root.kind === "scalar" && root.value === null ? EMPTY : root, problems };

  /** @param around Where a node stands that has no text of its own. */
  function takeNode(around: number): YamlNode {
    const event = events[at++];
    const offset = offsetOf(event) ?? around;
    if (event?.type === EVENT_ID.SCALAR) {
      return { kind: "scalar", offset, value: scalarValue(event, offset), text: getScalarValue(text, event) };
    }
    if (event?.type === EVENT_ID.SEQUENCE || event?.type === EVENT_ID.MAPPING) {
      if (event.tagStart >= 0) problems.push({ offset, message: "a list or an object cannot have a tag" });
      return event.type === EVENT_ID.SEQUENCE
        ? { kind: "list", offset, items: takeUntilEnd(() => [takeNode(offset)]) }
        : objectOf(offset, takeUntilEnd(() => takeMember(offset)));
    }
    problems.push({ offset, message: "aliases are not allowed" });
    return { kind: "scalar", offset, value: null, text: "" };
  }

  function takeMember(around: number): readonly YamlMember[] {
    const event = events[at];
    const { offset } = takeNode(around);
    const value = takeNode(offset);
    // The text of the key, because `1.10` as a key means just that and not the number 1.1.
    if (event?.type === EVENT_ID.SCALAR) return [{ key: getScalarValue(text, event), keyOffset: offset, value }];
    problems.push({ offset, message: "a key must be a string" });
    return [];
  }

  function takeUntilEnd<Part>(take: () => readonly Part[]): readonly Part[] {
    const parts: Part[] = [];
    while (!takeEnd()) parts.push(...take());
    return parts;
  }

  function takeEnd(): boolean {
    const ends = at >= events.length || events[at]?.type === EVENT_ID.POP;
    if (ends) at++;
    return ends;
  }

  function scalarValue(event: ScalarEvent, offset: number): unknown {
    try {
      // As a document of its own, so that one scalar with an unknown tag does not hide what else is wrong.
      return constructFromEvents([document, event, { type: EVENT_ID.POP }], { source: text, maxAliases: 0 })[0];
    } catch (cause) {
      problems.push({ offset, message: reasonOf(cause) });
      return null;
    }
  }
}

/** Where an event of the parser stands; `undefined` when it has no place of its own. */
export function offsetOf(event: Event | undefined): number | undefined {
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return undefined;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event.tagStart >= 0) return event.tagStart;
  if (event.type !== EVENT_ID.SCALAR) return event.start;
  if (event.valueStart < 0) return undefined;
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? event.valueStart - 1 : event.valueStart;
}

/** Says what the parser has against a text, and where. */
export function syntaxProblem(cause: unknown): YamlProblem {
  const offset = cause instanceof YAMLException ? cause.mark?.position ?? 0 : 0;
  const reason = reasonOf(cause);
  return { offset, message: reason.startsWith("nesting exceeded") ? YAML_TOO_DEEP : `the syntax is broken: ${reason}` };
}

function reasonOf(cause: unknown): string {
  // The message of the parser's own error is several lines, with a piece of the file.
  const reason = cause instanceof YAMLException ? cause.reason : cause instanceof Error ? cause.message : String(cause);
  return reason.slice(0, 200);
}
