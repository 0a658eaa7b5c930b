import { OptionsError } from "../../options/options_error.ts";
import type { CertifiedSigner } from "../../sign/bundle_signer.ts";
import type { SignFormat } from "../../sign/sign_format.ts";
import type { Signer } from "../../sign/signers/signer.ts";
import type { AskService } from "../../work/ask_service.ts";
import { type Call, type Context, SILENT_LOG } from "../../work/context.ts";
import type { KeyMachine } from "../publish/machine.ts";
import { usableKey } from "./usable_key.ts";

/** How something is signed without a key. */
export interface KeylessOptions {
  /**
   * Whether it is signed in the name of this CI job: by the identity token in `SIGSTORE_ID_TOKEN`, or that of GitHub
   * Actions.
   */
  readonly keyless?: boolean;
  /** The path of sigstore's signing configuration: which services are used; the public ones when left out. */
  readonly signingConfig?: string | undefined;
  /**
   * The path of sigstore's trusted root: what is signed is verified with it before it is written, and what the same
   * identity has signed before is not signed again.
   */
  readonly trustedRoot?: string | undefined;
}

/**
 * Refuses the older form for who has no key: its signatures would have to be where no bundle is, as cosign 2 made them.
 *
 * @throws {OptionsError} When nothing but that form is wanted.
 */
export function checkSignFormat(
  { keyless, signFormat }: { readonly keyless: boolean; readonly signFormat: SignFormat },
): void {
  if (!keyless || signFormat !== "legacy") return;
  throw new OptionsError("Cannot sign without a key in the older form alone: what has a certificate is a bundle");
}

/** Who signs. */
export interface OpenedSigners {
  readonly signers: readonly Signer[];
  /** Gets a certificate to sign with; left out when keys alone sign. */
  readonly certify?: (ask: AskService, call: Call) => Promise<CertifiedSigner>;
}

/**
 * Opens the keys that a caller names, and looks for what stands in their place. What reads them is loaded only now.
 *
 * @throws {OptionsError} Names the key or the token that cannot be used, and why.
 * @throws {Error} When a program fails that signs.
 */
export async function signersOf(
  { keys, keyless = false, ...choice }: KeylessOptions & { readonly keys: readonly string[] },
  { env, hide, password }: KeyMachine,
  { signal = new AbortController().signal, log = SILENT_LOG }: Partial<Pick<Context, "signal" | "log">>,
): Promise<OpenedSigners> {
  const means = { env, ...(hide === undefined ? {} : { hide }), ...(password === undefined ? {} : { password }) };
  return await usableKey(async () => {
    const signers = keys.length === 0 ? [] : await openKeys();
    if (!keyless) return { signers };
    const { openKeyless } = await import("../../sign/keyless/keyless_signer.ts");
    const { certify } = await openKeyless(choice, means);
    return { signers, certify };
  });

  async function openKeys(): Promise<readonly Signer[]> {
    const { openSigners } = await import("../../sign/signers/open_signers.ts");
    return await openSigners(keys, { ...means, signal, log });
  }
}
