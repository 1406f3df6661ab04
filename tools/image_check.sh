#!/usr/bin/env bash
# Builds the Dockerfile and runs what comes of it, with no registry and no docker
# daemon: podman builds and runs, and the two base images are made here, by
# debootstrap, under the names that the Dockerfile has for them. It needs root (as
# debootstrap and the runtime do), Go, and Debian's or Ubuntu's apt with a mirror that
# answers; what else is missing it installs. Nothing is left behind: images, volumes
# and settings are in a directory of their own.
#
#     VERSION=v1 tools/image_check.sh
#
# docs/image.md says how these base images differ from the real ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VERSION=${VERSION:-unknown}
GO=${GO:-go}
IMAGE=pongpg-gpu:check

step() { printf '\n== %s (at %d s)\n' "$*" "$SECONDS"; }
die() { printf 'image-check: %s\n' "$*" >&2; exit 1; }

[[ $(id -u) == 0 ]] || die "debootstrap and the container runtime need root; run it with sudo, or in a virtual machine"

work=$(mktemp -d /var/tmp/pongpg-image.XXXXXX)
cleanup() {
    [[ ! -e $work/containers.conf ]] || podman system reset --force >/dev/null 2>&1 || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# need COMMAND PACKAGE...: installs the system's packages if the command is missing.
need() {
    command -v "$1" >/dev/null && return
    if [[ ! -e $work/updated ]]; then
        apt-get update -qq || die "apt-get update failed; apt needs a mirror that answers"
        touch "$work/updated"
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${@:2}" >"$work/apt.log" 2>&1 ||
        { tail -n 20 "$work/apt.log" >&2; die "apt-get could not install ${*:2}"; }
}

step "what it needs"
need podman podman
need gcc gcc libc6-dev
need runc runc
need debootstrap debootstrap debian-archive-keyring
command -v "$GO" >/dev/null || die "$GO is not installed; see https://go.dev/dl/"
# In the order of the build's stages.
mapfile -t bases < <(sed -n 's/^FROM \([^ ]*\).*/\1/p' Dockerfile)
[[ ${bases[0]} == golang:*-bookworm && ${bases[1]} == debian:bookworm-slim && ${#bases[@]} == 2 ]] ||
    die "the Dockerfile begins from ${bases[*]}; this script makes a golang:*-bookworm and a debian:bookworm-slim, in that order"
goroot=$("$GO" env GOROOT)
wanted=${bases[0]#golang:}
[[ $("$GO" env GOVERSION).0 == go${wanted%-bookworm}.* ]] ||
    die "${bases[0]} is asked for, and $("$GO" env GOVERSION) is here; change one of them"
"$GO" mod download
modules=$("$GO" env GOMODCACHE)/cache/download

# overlay is quick, and refused where / is an overlay itself.
driver=${STORAGE_DRIVER:-vfs}
mkdir "$work"/{lower,upper,merged,scratch}
if [[ -z ${STORAGE_DRIVER:-} ]] && mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/scratch" "$work/merged" 2>/dev/null; then
    umount "$work/merged"
    driver=overlay
fi
export CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_CONF=$work/containers.conf
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "$driver"
graphroot = "$work/storage"
runroot = "$work/run"
END
# The limits are low enough for a root that may not raise its own; no container has a network.
cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "$work/libpod"
END
podman --version
runc --version | head -n 1
echo "storage driver $driver"

step "base image ${bases[1]}, by debootstrap"
debootstrap --variant=minbase bookworm "$work/debian" >"$work/debootstrap.log" 2>&1 || {
    tail -n 20 "$work/debootstrap.log" >&2
    die "debootstrap failed; it needs Debian's mirror, or the proxy to it in http_proxy"
}
# What slim leaves out.
rm -rf "$work"/debian/usr/share/{doc,info,locale,man}/* "$work"/debian/var/{cache/apt,lib/apt/lists}/*
tar -C "$work/debian" -c . | podman import --quiet - "${bases[1]}"

step "base image ${bases[0]}, by apt and a copy of $goroot"
cat >"$work/apt.sh" <<'END'
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends gcc git libc6-dev make
END
cp --remove-destination /etc/resolv.conf "$work/debian/etc/resolv.conf"
chroot "$work/debian" sh -e -s <"$work/apt.sh" >"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log" >&2; die "apt-get failed in the base image; it needs Debian's mirror"; }
rm -rf "$work"/debian/var/{cache/apt,lib/apt/lists}/*
mkdir -p "$work/debian/usr/local/go" "$work/debian/go"
tar -C "$goroot" --exclude=./test --exclude=./doc --exclude=./api -c . | tar -C "$work/debian/usr/local/go" -x --no-same-owner
# The modules come from this machine's cache, read only, so that the build needs no network.
tar -C "$work/debian" -c . | podman import --quiet \
    --change "ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    --change "ENV GOPATH=/go" --change "ENV GOTOOLCHAIN=local" --change "ENV GOPROXY=file:///modules" - "${bases[0]}"
rm -rf "$work/debian"

step "the image"
podman build --pull=never --layers=false --network none --ulimit nofile=1024:1024 --volume "$modules:/modules:ro" \
    --build-arg VERSION="$VERSION" --tag "$IMAGE" .

step "the checks"
# shellcheck source=tools/image_checks.sh
. tools/image_checks.sh
run_checks
