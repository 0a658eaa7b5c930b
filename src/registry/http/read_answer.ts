/** How much JSON is read from a registry: far more than any page or token needs. */
const JSON_LIMIT = 4 * 1024 * 1024;

/**
 * Reads an answer that should be a JSON object.
 *
 * @param action What it is for, such as `list the tags of acme/app`.
 * @throws {SyntaxError} When it is something else.
 * @throws {RangeError} When it is too large.
 */
export async function readJson(response: Response, action: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readLimited(response, JSON_LIMIT, action);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // The cause would quote the answer, which may hold a token.
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new SyntaxError(`Cannot ${action}: the registry's answer is not a JSON object`);
}

/**
 * Reads an answer of a limited size.
 *
 * @throws {RangeError} When it is larger.
 */
export async function readLimited(response: Response, limit: number, action: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > limit) throw new RangeError(`Cannot ${action}: the answer is larger than ${limit} bytes`);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** A media type without parameters, in lower case: registries add `; charset=utf-8`. */
export function bareMediaType(text: string | undefined): string {
  return (text ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
