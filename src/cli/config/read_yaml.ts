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
import {
  type ConfigMember,
  type ConfigNode,
  configObject,
  type ConfigProblem,
  type ConfigText,
  DEPTH_LIMIT,
  TOO_DEEP,
} from "./config_node.ts";

/**
 * Reads YAML 1.2 with the core schema: one document, no aliases, no tags on lists and objects. An empty document is an
 * empty object.
 */
export function readYaml(text: string): ConfigText {
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth: DEPTH_LIMIT });
  } catch (cause) {
    return { problems: [syntaxProblem(cause)] };
  }
  const [document] = events;
  return document === undefined ? { root: EMPTY, problems: [] } : toTree(text, document, events);
}

const EMPTY = configObject(0, []);

/** Builds the tree from the parser's events, because its values do not say where they stand. */
function toTree(text: string, document: Event, events: readonly Event[]): ConfigText {
  const problems: ConfigProblem[] = [];
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
  function takeNode(around: number): ConfigNode {
    const event = events[at++];
    const offset = offsetOf(event) ?? around;
    if (event?.type === EVENT_ID.SCALAR) return { kind: "scalar", offset, value: scalarValue(event, offset) };
    if (event?.type === EVENT_ID.SEQUENCE || event?.type === EVENT_ID.MAPPING) {
      if (event.tagStart >= 0) problems.push({ offset, message: "a list or an object cannot have a tag" });
      return event.type === EVENT_ID.SEQUENCE
        ? { kind: "list", offset, items: takeUntilEnd(() => [takeNode(offset)]) }
        : configObject(offset, takeUntilEnd(() => takeMember(offset)));
    }
    problems.push({ offset, message: "aliases are not allowed" });
    return { kind: "scalar", offset, value: null };
  }

  function takeMember(around: number): readonly ConfigMember[] {
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

function offsetOf(event: Event | undefined): number | undefined {
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return undefined;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event.tagStart >= 0) return event.tagStart;
  if (event.type !== EVENT_ID.SCALAR) return event.start;
  if (event.valueStart < 0) return undefined;
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? event.valueStart - 1 : event.valueStart;
}

function syntaxProblem(cause: unknown): ConfigProblem {
  const offset = cause instanceof YAMLException ? cause.mark?.position ?? 0 : 0;
  const reason = reasonOf(cause);
  return { offset, message: reason.startsWith("nesting exceeded") ? TOO_DEEP : `the syntax is broken: ${reason}` };
}

function reasonOf(cause: unknown): string {
  // The message of the parser's own error is several lines, with a piece of the file.
  const reason = cause instanceof YAMLException ? cause.reason : cause instanceof Error ? cause.message : String(cause);
  return reason.slice(0, 200);
}
