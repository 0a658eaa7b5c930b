import { isObject } from "../../oci/is_object.ts";
import { compressionOf } from "../../oci/bytes/decompress.ts";
import { joinBytes } from "../../oci/bytes/read.ts";
import { plainText, redactUrl, RegistryError } from "./registry_error.ts";

/** How much JSON is read from a registry: far more than any page or token needs. */
const JSON_LIMIT = 4 * 1024 * 1024;

/** An answer that is read, and the URL that gave it. */
interface ReadAnswer {
  readonly response: Response;
  readonly url: URL;
}

/** A JSON object, and how much of it was read. */
export interface JsonAnswer {
  readonly value: Readonly<Record<string, unknown>>;
  /** In bytes. */
  readonly size: number;
}

/**
 * Reads an answer to a `GET` that should be a JSON object.
 *
 * @param action What it is for, such as `list the tags of acme/app`.
 * @throws {RegistryError} When it is something else, such as the page of a portal.
 * @throws {RangeError} When it is too large.
 */
export async function readJson(answer: ReadAnswer, action: string): Promise<JsonAnswer> {
  const bytes = await readLimited(answer.response, JSON_LIMIT, action);
  const value = parseJsonObject(bytes);
  if (value === undefined) throw unexpectedAnswer(action, answer, bytes, "not a JSON object");
  return { value, size: bytes.byteLength };
}

/** Parses a JSON object; `undefined` when it is none. */
export function parseJsonObject(bytes: Uint8Array<ArrayBuffer>): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the error for an answer to a `GET` that has the right status and is something else: a portal or a proxy answers
 * everything with a page, and with 200.
 *
 * @param what What the answer is, such as `no manifest`. What it says is shown, so it must not be one that may hold a
 *   token.
 */
export function unexpectedAnswer(
  action: string,
  { response, url }: ReadAnswer,
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
): RegistryError {
  const said = plainText(new TextDecoder().decode(bytes.subarray(0, 4096)));
  const text = compressionOf(bytes) !== undefined
    ? "the answer is compressed, which nobody has asked for"
    : bytes.byteLength === 0
    ? "the answer is empty"
    : `the answer is ${what}${said === "" ? "" : `: ${said}`}`;
  return new RegistryError({ action, method: "GET", url: redactUrl(url), status: response.status, errors: [], text });
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
  return joinBytes(parts);
}

/** A media type without parameters, in lower case: registries add `; charset=utf-8`. */
export function bareMediaType(text: string | undefined): string {
  return (text ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The statuses that an answer may have which says that what was sent was taken. */
export const TAKEN_STATUSES: readonly number[] = [200, 201, 202, 204];

/** What a registry says of what it has taken, if its status is not enough. */
const TAKEN_HEADERS = ["docker-content-digest", "location"];

/**
 * Tells whether a registry has taken a blob or a manifest. The spec says 201; some registries say less. A portal or a
 * proxy answers everything with a page, and with 200.
 */
export function isTaken({ status, headers }: Response): boolean {
  return status === 201 || status === 204 || TAKEN_HEADERS.some((name) => headers.has(name));
}
