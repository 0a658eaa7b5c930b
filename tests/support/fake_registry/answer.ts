/** An error as the distribution API writes it. */
export function errorAnswer(status: number, code: string, message = code.toLowerCase(), detail?: unknown): Response {
  return Response.json({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }, { status });
}

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(undefined, { status, headers });
}
