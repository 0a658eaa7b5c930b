/** Kinds of members that modern-tar knows, and `7`, a contiguous file, which is an ordinary one today. */
const KNOWN_KINDS = "\x0001234567xgLK";
/** Kinds without content, whatever size their headers say: links, devices, directories, pipes. */
const EMPTY_KINDS = "123456";
const BLOCK = 512;

/**
 * Passes a tar through, and fails at a member of a kind that modern-tar does not know. It would read such a member as a
 * plain file, and the sparse files of GNU tar would silently get another content.
 *
 * @throws {Error} At the first member of such a kind; what is no tar at all passes.
 */
export async function* refuseOddKinds(
  tar: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const header = new Uint8Array(BLOCK);
  let filled = 0;
  let content = 0;

  function watch(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.byteLength;) {
      const passed = Math.min(content, chunk.byteLength - at);
      content -= passed;
      at += passed;
      const part = chunk.subarray(at, at + BLOCK - filled);
      header.set(part, filled);
      at += part.byteLength;
      filled = (filled + part.byteLength) % BLOCK;
      if (filled === 0 && part.byteLength > 0) content = contentAfter(header);
    }
  }

  for await (const chunk of tar) {
    watch(chunk);
    yield chunk;
  }
}

/** How many bytes stand before the next header. What is no header ends the watch; the reader judges it. */
function contentAfter(header: Uint8Array): number {
  if (readOctal(header.subarray(148, 156)) !== checksum(header)) return Infinity;
  const kind = String.fromCharCode(header[156] ?? 0);
  if (!KNOWN_KINDS.includes(kind)) {
    const what = kind === "S" ? "a sparse file" : `a member of the unknown kind ${JSON.stringify(kind)}`;
    throw new Error(`It holds ${what}`);
  }
  if (EMPTY_KINDS.includes(kind)) return 0;
  return Math.ceil(readOctal(header.subarray(124, 136)) / BLOCK) * BLOCK;
}

function checksum(header: Uint8Array): number {
  // The checksum counts as eight spaces in itself.
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Infinite for what is no octal number: sizes above 8 GiB are written in another form. */
function readOctal(field: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(field).replace(/[\0 ].*$/s, "");
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : Infinity;
}
