/** What was frozen with all that is in it. */
const FROZEN = new WeakSet<object>();

/**
 * Freezes plain objects and lists, and those in them. Everything else stays as it is: bytes and streams cannot be
 * frozen, and instances of classes may need to change.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || FROZEN.has(value)) return value;
  if (!Array.isArray(value) && !isPlain(value)) return value;
  // The first: a value may be in itself.
  FROZEN.add(value);
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
