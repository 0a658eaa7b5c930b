// Fetches a module as `tofu init` does, with OpenTofu's own code: tofu-module DIRECTORY oci://HOST/REPOSITORY?tag=TAG.
// The registry is spoken to over plain HTTP, which tofu itself does not do, and without credentials.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/opentofu/opentofu/internal/getmodules"
	"oras.land/oras-go/v2/registry/remote"
)

type plainHTTP struct{}

func (plainHTTP) OCIRepositoryStore(_ context.Context, host, path string) (getmodules.OCIRepositoryStore, error) {
	repository, err := remote.NewRepository(host + "/" + path)
	if err != nil {
		return nil, err
	}
	repository.PlainHTTP = true
	return repository, nil
}

func main() {
	ctx := context.Background()
	if err := getmodules.NewPackageFetcher(ctx, plainHTTP{}).FetchPackage(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
