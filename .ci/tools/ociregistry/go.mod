module gantry.invalid/ci/tools/ociregistry

go 1.27.0

require cuelabs.dev/go/oci/ociregistry v0.0.0-20260601085548-328ff8e2c943

require (
	github.com/opencontainers/go-digest v1.0.0 // indirect
	github.com/opencontainers/image-spec v1.1.1 // indirect
)
