import { type Event, EVENT_ID, getScalarValue, parseEvents } from "js-yaml";
import {
  offsetOf,
  syntaxProblem,
  YAML_DEPTH_LIMIT,
  type YamlMember,
  type YamlNode,
  type YamlProblem,
} from "./read_yaml.ts";

/** What a text of other people holds. */
export interface LooseYaml {
  /** Every document that is not empty; none when the syntax is broken. */
  readonly documents: readonly YamlNode[];
  /** Why the syntax is broken. */
  readonly problem?: YamlProblem;
}

/**
 * Reads YAML that is somebody else's business, to look something up in it: several documents, aliases in the place of
 * what they stand for, every scalar as its text, and tags as if they were not there. Keys that are no scalars are left
 * out.
 */
export function readLooseYaml(text: string): LooseYaml {
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth: YAML_DEPTH_LIMIT });
  } catch (cause) {
    return { documents: [], problem: syntaxProblem(cause) };
  }
  const documents: YamlNode[] = [];
  const anchors = new Map<string, YamlNode>();
  let at = 0;
  while (at < events.length) {
    at++;
    anchors.clear();
    const root = takeNode(0);
    while (at < events.length && events[at]?.type !== EVENT_ID.DOCUMENT) at++;
    if (root.kind !== "scalar" || root.text !== "") documents.push(root);
  }
  return { documents };

  function takeNode(around: number): YamlNode {
    const event = events[at];
    const offset = offsetOf(event) ?? around;
    const nothing: YamlNode = { kind: "scalar", offset, value: "", text: "" };
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return nothing;
    at++;
    const anchor = event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
    // An alias within what it stands for stands for nothing: that part is not known yet.
    if (event.type === EVENT_ID.ALIAS) return anchors.get(anchor ?? "") ?? nothing;
    const node = takeContent(event, offset);
    if (anchor !== undefined) anchors.set(anchor, node);
    return node;
  }

  function takeContent(event: Event, offset: number): YamlNode {
    if (event.type === EVENT_ID.SEQUENCE) {
      const items: YamlNode[] = [];
      while (!takeEnd()) items.push(takeNode(offset));
      return { kind: "list", offset, items };
    }
    if (event.type === EVENT_ID.MAPPING) {
      const members: YamlMember[] = [];
      while (!takeEnd()) {
        const key = takeNode(offset);
        const value = takeNode(key.offset);
        if (key.kind === "scalar") members.push({ key: key.text, keyOffset: key.offset, value });
      }
      return { kind: "object", offset, members, byKey: new Map(members.map((member) => [member.key, member])) };
    }
    const scalar = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : "";
    return { kind: "scalar", offset, value: scalar, text: scalar };
  }

  function takeEnd(): boolean {
    const ends = at >= events.length || events[at]?.type === EVENT_ID.POP;
    if (ends) at++;
    return ends;
  }
}
