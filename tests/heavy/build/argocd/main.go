// Command argocd-oci fetches an artifact as Argo CD's repo-server does: with its own client, its usual media types and
// its usual limits. It prints the digest that the revision stands for and the paths that were extracted, a line each.
//
//	argocd-oci oci://HOST/REPOSITORY REVISION [MEDIA-TYPE,...]
//
// Credentials are OCI_USERNAME and OCI_PASSWORD. Hosts on loopback are spoken to without TLS.
package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"github.com/argoproj/argo-cd/v3/util/oci"
	"github.com/sirupsen/logrus"
)

// What `argocd-repo-server --oci-layer-media-types` has when nobody says anything.
const usualTypes = "application/vnd.oci.image.layer.v1.tar," +
	"application/vnd.oci.image.layer.v1.tar+gzip," +
	"application/vnd.cncf.helm.chart.content.v1.tar+gzip"

// The usual limit on what is extracted, in bytes.
const sizeLimit = 1 << 30

func main() {
	logrus.SetLevel(logrus.ErrorLevel)
	types := usualTypes
	if len(os.Args) > 3 {
		types = os.Args[3]
	}
	if err := run(os.Args[1], os.Args[2], strings.Split(types, ",")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(repository, revision string, types []string) error {
	place, err := url.Parse(repository)
	if err != nil {
		return err
	}
	root, err := os.MkdirTemp("", "argocd-oci-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	credentials := oci.Creds{
		Username:         os.Getenv("OCI_USERNAME"),
		Password:         os.Getenv("OCI_PASSWORD"),
		InsecureHTTPOnly: place.Hostname() == "127.0.0.1",
	}
	client, err := oci.NewClient(repository, credentials, "", "", types,
		oci.WithImagePaths(utilio.NewRandomizedTempPaths(root)),
		oci.WithManifestMaxExtractedSize(sizeLimit),
		oci.WithEventHandlers(silent()))
	if err != nil {
		return err
	}
	ctx := context.Background()
	digest, err := client.ResolveRevision(ctx, revision, true)
	if err != nil {
		return err
	}
	fmt.Println(digest)
	directory, closer, err := client.Extract(ctx, digest)
	if err != nil {
		return err
	}
	defer closer.Close()
	return filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(directory, path)
		fmt.Println(relative)
		return err
	})
}

// The client calls these whether anybody listens or not.
func silent() oci.EventHandlers {
	began := func(string) func() { return func() {} }
	failed := func(string) func(string) { return func(string) {} }
	return oci.EventHandlers{
		OnExtract: began, OnResolveRevision: began, OnDigestMetadata: began, OnTestRepo: began, OnGetTags: began,
		OnExtractFail: failed, OnResolveRevisionFail: failed, OnDigestMetadataFail: failed,
		OnTestRepoFail: began, OnGetTagsFail: began,
	}
}
