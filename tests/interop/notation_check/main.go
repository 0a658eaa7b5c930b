// Command notation-check signs and verifies artifacts with the Notary Project's
// own library, as `notation` and Flux (provider: notation) do, so that gantry's
// tests can ask whether such a signature still holds after a copy.
//
//	notation-check sign DIR HOST/REPOSITORY@DIGEST
//	notation-check verify DIR HOST/REPOSITORY@DIGEST
//
// sign makes a key with a certificate of its own, signs with it in the registry,
// and leaves the certificate in DIR, which verify takes for its trust store. The
// registry is spoken to over plain HTTP.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/notaryproject/notation-core-go/signature/jws"
	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/dir"
	"github.com/notaryproject/notation-go/registry"
	"github.com/notaryproject/notation-go/signer"
	"github.com/notaryproject/notation-go/verifier"
	"github.com/notaryproject/notation-go/verifier/trustpolicy"
	"github.com/notaryproject/notation-go/verifier/truststore"
	"oras.land/oras-go/v2/registry/remote"
)

const store = "gantry"

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: notation-check sign|verify DIR HOST/REPOSITORY@DIGEST")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "notation-check:", err)
		os.Exit(1)
	}
	fmt.Println("done")
}

func run(ctx context.Context, action, directory, reference string) error {
	target, err := remote.NewRepository(reference)
	if err != nil {
		return err
	}
	target.PlainHTTP = true
	repository := registry.NewRepository(target)
	dir.UserConfigDir = directory
	if action == "sign" {
		return sign(ctx, repository, directory, reference)
	}
	policy := trustpolicy.Document{
		Version: "1.0",
		TrustPolicies: []trustpolicy.TrustPolicy{{
			Name:           "everything",
			RegistryScopes: []string{"*"},
			SignatureVerification: trustpolicy.SignatureVerification{
				VerificationLevel: trustpolicy.LevelStrict.Name,
			},
			TrustStores:       []string{"ca:" + store},
			TrustedIdentities: []string{"*"},
		}},
	}
	checker, err := verifier.New(&policy, truststore.NewX509TrustStore(dir.ConfigFS()), nil)
	if err != nil {
		return err
	}
	_, _, err = notation.Verify(ctx, checker, repository, notation.VerifyOptions{
		ArtifactReference:    reference,
		MaxSignatureAttempts: 10,
	})
	return err
}

func sign(ctx context.Context, repository registry.Repository, directory, reference string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "gantry test", Organization: []string{"gantry"}, Country: []string{"DE"}, Province: []string{"none"}},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	trusted := filepath.Join(directory, "truststore", "x509", "ca", store)
	if err := os.MkdirAll(trusted, 0o700); err != nil {
		return err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(filepath.Join(trusted, "certificate.pem"), block, 0o600); err != nil {
		return err
	}
	by, err := signer.NewGenericSigner(key, []*x509.Certificate{certificate})
	if err != nil {
		return err
	}
	_, err = notation.Sign(ctx, by, repository, notation.SignOptions{
		SignerSignOptions: notation.SignerSignOptions{SignatureMediaType: jws.MediaTypeEnvelope},
		ArtifactReference: reference,
	})
	return err
}
