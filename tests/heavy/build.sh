#!/usr/bin/env bash
# Builds the consumers that are too large for every run of CI, and says how long each took: a Kubernetes API server with
# etcd, Flux's controllers, Argo CD's client, OPA and OpenTofu. With --where it only prints the directory of them.
#
# They go to the same cache as the tools of .ci/install, which has to run before. The versions stand in the go.mod files
# beside this script. From nothing it takes about half an hour on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=$(bash .ci/install --where)
cache=$(dirname "$tools")/heavy
if [[ ${1:-} == --where ]]; then
  echo "$cache/bin"
  exit
fi
mkdir -p "$cache/bin" "$cache/stamps"
cache=$(cd "$cache" && pwd)
# shellcheck source=.ci/versions.env
source .ci/versions.env
exec 9>"$cache/.lock"
flock 9
# Where a proxy has no such module, go would ask hosts of repositories, one after the other.
proxy=$(go env GOPROXY)
export GOPROXY=${proxy%%[,|]*}

# build NAME DIRECTORY PACKAGE [FLAGS]: builds a program of a module, unless that is done.
build() {
  local sources stamp started=$SECONDS
  sources=$(cat tests/heavy/build/"$2"/* .ci/versions.env | sha256sum)
  stamp=$cache/stamps/$1@${sources:0:12}
  if [[ -x $cache/bin/$1 && -e $stamp ]]; then
    echo "$1 is there"
    return
  fi
  GOTOOLCHAIN=go$GO_VERSION CGO_ENABLED=0 GOFLAGS=-mod=mod \
    go -C "tests/heavy/build/$2" build -trimpath -buildvcs=false -ldflags="-s -w ${4:-}" -o "$cache/bin/$1" "$3"
  rm -f "$cache/stamps/$1@"*
  : >"$stamp"
  echo "built $1 ($((SECONDS - started)) s)"
}

# etcd comes from Debian and is only unpacked: its package would start a service.
if [[ ! -x $cache/bin/etcd ]]; then
  work=$(mktemp -d "$cache/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && apt-get -q download etcd-server >/dev/null && dpkg -x etcd-server_*.deb . && mv usr/bin/etcd "$cache/bin/")
  echo "unpacked etcd"
fi

build docker-compose compose github.com/docker/compose/v5/cmd

# Without a version of its own, the API server takes itself for one that its objects do not fit.
version=-X\ k8s.io/component-base/version.gitVersion=$(sed -n 's/^\tk8s.io\/kubernetes //p' tests/heavy/build/kubernetes/go.mod)
build argocd-oci argocd .
build opa opa github.com/open-policy-agent/opa
build tofu opentofu github.com/opentofu/opentofu/cmd/tofu
build kustomize-controller kubernetes github.com/fluxcd/kustomize-controller
build source-controller kubernetes github.com/fluxcd/source-controller
build kube-apiserver kubernetes k8s.io/kubernetes/cmd/kube-apiserver "$version"

# The definitions of Flux's objects, as the modules of its controllers ship them.
mkdir -p "$cache/crds"
modules=$(GOTOOLCHAIN=go$GO_VERSION go env GOMODCACHE)
for name in source-controller kustomize-controller; do
  version=$(sed -n "s/^\tgithub.com\/fluxcd\/$name //p" tests/heavy/build/kubernetes/go.mod)
  cp -f "$modules/github.com/fluxcd/$name@$version/config/crd/bases/"*.yaml "$cache/crds/"
done
chmod -R u+w "$cache/crds"
