// Command flux-pull fetches an artifact from a registry the way Flux's
// source-controller fetches an OCIRepository, so that gantry's tests can ask
// Flux's own code whether it accepts what gantry published.
//
//	flux-pull [--insecure] [--layer-type MEDIATYPE] URL DIR
//
// URL is oci://HOST/REPOSITORY with a :TAG or @DIGEST. One layer is extracted
// into DIR, which is made if it is missing: the first one, or the first whose
// media type is MEDIATYPE (spec.layerSelector.mediaType). It prints one line of
// JSON. Credentials are those of the Docker configuration ($DOCKER_CONFIG).
//
// What it shares with source-controller (v1.10.1, reconcileSource with the
// operation "extract"): the tag is resolved to a digest by HEAD and the artifact
// is then pulled by that digest; an index is resolved to linux/amd64; the layer's
// media type is not looked at without a selector; the layer must be a
// gzip-compressed tar; its size has no limit; links are left out. What
// source-controller does after that, storing the files again through
// .sourceignore, is not done here.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/fluxcd/pkg/oci"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
)

// A result is the line that flux-pull prints.
type result struct {
	// Digest is that of the pulled manifest, alone: "sha256:…".
	Digest string `json:"digest"`
	// ArtifactRevision is what Flux shows as status.artifact.revision:
	// "TAG@DIGEST", or the digest alone for a pull by digest.
	ArtifactRevision string `json:"artifactRevision"`
	// Source, Revision and Created are the artifact's own annotations
	// org.opencontainers.image.source, .revision and .created.
	Source   string `json:"source"`
	Revision string `json:"revision"`
	Created  string `json:"created"`
	// Annotations are all of the manifest's (status.artifact.metadata).
	Annotations map[string]string `json:"annotations"`
}

func main() {
	insecure := flag.Bool("insecure", false, "allow plain HTTP and unverified TLS (spec.insecure)")
	layerType := flag.String("layer-type", "", "extract the first layer of this `media type` (spec.layerSelector.mediaType)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: flux-pull [--insecure] [--layer-type MEDIATYPE] URL DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pulled, err := pull(ctx, flag.Arg(0), flag.Arg(1), *layerType, *insecure)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(pulled)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "flux-pull:", err)
		os.Exit(1)
	}
}

// pull extracts one layer of the artifact at url into dir.
func pull(ctx context.Context, url, dir, layerType string, insecure bool) (*result, error) {
	address, err := oci.ParseArtifactURL(url)
	if err != nil {
		return nil, err
	}
	options := oci.DefaultOptions()
	if insecure {
		options = append(options, crane.Insecure)
	}
	client := oci.NewClient(options)
	options = append(client.GetOptions(), crane.WithContext(ctx))

	ref, err := name.ParseReference(address)
	if err != nil {
		return nil, err
	}
	digest, revision := ref.Identifier(), ref.Identifier()
	if tag, ok := ref.(name.Tag); ok {
		if digest, err = crane.Digest(address, options...); err != nil {
			return nil, fmt.Errorf("failed to determine artifact digest: %w", err)
		}
		revision = tag.TagStr() + "@" + digest
	}

	pinned := ref.Context().Digest(digest).String()
	layer := 0
	if layerType != "" {
		if layer, err = indexOfLayer(pinned, layerType, options); err != nil {
			return nil, err
		}
	}
	// Without a layer type, Pull would copy a layer that is not gzip; source-controller fails on it.
	meta, err := client.Pull(ctx, pinned, dir,
		oci.WithPullLayerIndex(layer), oci.WithPullLayerType(oci.LayerTypeTarball))
	if err != nil {
		return nil, err
	}
	manifest, err := name.NewDigest(meta.Digest)
	if err != nil {
		return nil, err
	}
	return &result{
		Digest:           manifest.DigestStr(),
		ArtifactRevision: revision,
		Source:           meta.Source,
		Revision:         meta.Revision,
		Created:          meta.Created,
		Annotations:      meta.Annotations,
	}, nil
}

// indexOfLayer returns the index of the artifact's first layer with the media type.
func indexOfLayer(address, mediaType string, options []crane.Option) (int, error) {
	image, err := crane.Pull(address, options...)
	if err != nil {
		return 0, err
	}
	manifest, err := image.Manifest()
	if err != nil {
		return 0, fmt.Errorf("failed to parse artifact manifest: %w", err)
	}
	for i, layer := range manifest.Layers {
		if string(layer.MediaType) == mediaType {
			return i, nil
		}
	}
	return 0, fmt.Errorf("failed to find layer with media type '%s' in artifact", mediaType)
}
