/** Says what kind of value it is, for messages: `a list`, `a string`, `nothing`. Never the value itself. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (value instanceof Promise) return "a promise";
  switch (typeof value) {
    case "object":
      return "an object";
    case "boolean":
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}
