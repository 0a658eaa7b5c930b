/** Programs that sign: `exec:PROGRAM [ARGUMENT…]`. What they must do stands in docs/signing.md. */
import { findProgram } from "../../system/programs/find_program.ts";
import { lastWords } from "../../system/programs/last_words.ts";
import { PATIENCE, runExecProgram } from "../../system/programs/run_exec_program.ts";
import { type Clock, SYSTEM_CLOCK } from "../../system/clock.ts";
import type { Log } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import { fromBase64 } from "../formats/base64.ts";
import { KeyError, parsePublicKey, type PublicKey } from "../public_key.ts";
import { verifySignature } from "../verify_signature.ts";
import type { Signer } from "./signer.ts";

/** What a program that signs runs with. */
export interface ExecSignerOptions {
  /** The value of `PATH`. */
  readonly path: string | undefined;
  /** Variables of the environment that are secrets of somebody else: the program finds them empty. */
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock?: Clock;
}

/** How long a program may take, in milliseconds: enough for somebody to touch a token. */
export const SIGNER_TIME_LIMIT = 60_000;
/** How much it may write, in bytes: more than any key or signature has. */
const OUTPUT_LIMIT = 64 * 1024;

/**
 * Asks a program for its public key.
 *
 * @param spec The program and its arguments, with a space between each two.
 * @throws {Error} When it cannot be found, fails, takes too long, or gives no key.
 */
export async function execSigner(spec: string, options: ExecSignerOptions): Promise<Signer> {
  const name = `exec:${spec}`;
  const [program = "", ...args] = spec.split(/ +/).filter((word) => word !== "");
  if (program === "") throw new KeyError(`Cannot sign with ${JSON.stringify(name)}: it names no program`);
  const file = await findProgram(program, { base: ".", path: options.path });
  const run = { file, args, name };
  const publicKey = keyIn(await ask("public-key", new Uint8Array(), run, options), name);
  return {
    name,
    publicKey,
    async sign(bytes, signal): Promise<Uint8Array<ArrayBuffer>> {
      const output = await ask("sign", bytes, run, { ...options, signal });
      const signature = signatureIn(output, bytes, publicKey);
      if (signature !== undefined) return signature;
      const what = output.byteLength === 0
        ? "it gave nothing"
        : "what it gave is no signature of these bytes by its key";
      throw new Error(`Cannot sign with ${JSON.stringify(name)}: ${what}`);
    },
  };
}

interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly name: string;
}

async function ask(
  action: "public-key" | "sign",
  input: Uint8Array<ArrayBuffer>,
  { file, args, name }: Run,
  { hidden, signal, log, clock = SYSTEM_CLOCK }: ExecSignerOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const what = `Cannot ${action === "sign" ? "sign with" : "get the public key of"} ${JSON.stringify(name)}`;
  const late = new AbortController();
  const endTimer = clock.timer(SIGNER_TIME_LIMIT, () => {
    late.abort(new Error(`${what}: it did not end within ${SIGNER_TIME_LIMIT / 1000} s`));
  });
  try {
    const ended = await runExecProgram(file, {
      args: [action, ...args],
      env: Object.fromEntries(hidden.map((name) => [name, ""])),
      inheritsEnv: true,
      input,
      signal: AbortSignal.any([signal, late.signal]),
      line: (text) => log.info(`${name}: ${text}`),
      limit: OUTPUT_LIMIT,
      patience: PATIENCE,
    });
    if (ended.code === 0 && ended.signal === null) return ended.output;
    throw new Error(lastWords(ended));
  } catch (cause) {
    signal.throwIfAborted();
    if (late.signal.aborted) throw late.signal.reason;
    throw new Error(`${what}: ${messageOf(cause)}`, { cause });
  } finally {
    endTimer();
  }
}

function keyIn(output: Uint8Array, name: string): PublicKey {
  try {
    return parsePublicKey(new TextDecoder().decode(output));
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    throw new KeyError(`Cannot use the public key of ${JSON.stringify(name)}: ${cause.message}`, { cause });
  }
}

/**
 * The signature in what a program gave, as it stands or in Base64: whichever is one. So no program can let anything be
 * published that its key does not vouch for.
 */
function signatureIn(
  output: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array,
  publicKey: PublicKey,
): Uint8Array<ArrayBuffer> | undefined {
  const text = new TextDecoder().decode(output).replaceAll(/\s+/g, "");
  return [output, fromBase64(text)].find((signature) => {
    return signature !== undefined && verifySignature({ bytes, signature }, publicKey);
  });
}
