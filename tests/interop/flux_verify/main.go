// Command flux-verify verifies an artifact as Flux's source-controller does for
// an OCIRepository with spec.verify.provider: cosign and a public key, so that
// gantry's tests can ask the library that Flux asks.
//
//	flux-verify KEY HOST/REPOSITORY[:TAG|@DIGEST]
//
// It prints "verified" and ends with 0, or says why not and ends with 1. The
// registry is spoken to over plain HTTP.
//
// What it shares with source-controller v1.9.6: with a key the transparency log
// is ignored and nothing is fetched but from the registry; bundles are looked
// for first, and only where there is none the tag sha256-HEX.sig counts; no
// verifier of claims is set.
package main

import (
	"context"
	"crypto"
	"fmt"
	"os"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/options"
	"github.com/sigstore/cosign/v3/pkg/cosign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: flux-verify KEY HOST/REPOSITORY[:TAG|@DIGEST]")
		os.Exit(2)
	}
	if err := verify(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "flux-verify:", err)
		os.Exit(1)
	}
	fmt.Println("verified")
}

func verify(ctx context.Context, keyFile, image string) error {
	reference, err := name.ParseReference(image, name.Insecure)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	key, err := cryptoutils.UnmarshalPEMToPublicKey(pem)
	if err != nil {
		return err
	}
	verifier, err := signature.LoadVerifier(key, crypto.SHA256)
	if err != nil {
		return err
	}
	registry := options.RegistryOptions{}
	clientOptions, err := registry.ClientOpts(ctx)
	if err != nil {
		return err
	}
	check := &cosign.CheckOpts{
		RegistryClientOpts: clientOptions,
		SigVerifier:        verifier,
		Offline:            true,
		IgnoreTlog:         true,
	}
	bundles, _, err := cosign.GetBundles(ctx, reference, clientOptions, name.Insecure)
	check.NewBundleFormat = err == nil && len(bundles) > 0
	if check.NewBundleFormat {
		signatures, _, err := cosign.VerifyImageAttestations(ctx, reference, check, name.Insecure)
		return anyOf(len(signatures), err)
	}
	signatures, _, err := cosign.VerifyImageSignatures(ctx, reference, check)
	return anyOf(len(signatures), err)
}

// anyOf fails where nothing was found without an error.
func anyOf(found int, err error) error {
	if err == nil && found == 0 {
		return fmt.Errorf("no signature")
	}
	return err
}
