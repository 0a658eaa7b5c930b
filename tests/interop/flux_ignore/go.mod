module gantry.invalid/tests/interop/flux_ignore

go 1.27.0

require github.com/fluxcd/pkg/sourceignore v0.22.0
