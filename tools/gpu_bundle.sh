#!/usr/bin/env bash
# Fills build/pongpg-gpu-bundle, and packs it, with all that tools/gpu-check.sh needs on a
# machine that has an NVIDIA driver and no Go: the program, the tests of the packages
# named, each with its testdata, and the script.
#
#     tools/gpu_bundle.sh ./cuda ./cmd/internal/crosscheck
#
# bin/pongpg must be there; the Makefile sees to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

GO=${GO:-go}
name=pongpg-gpu-bundle
bundle=build/$name
(($#)) || { echo "gpu_bundle.sh: name the packages whose tests to pack, as ./cuda" >&2; exit 2; }

rm -rf "$bundle" "$bundle.tar.gz"
mkdir -p "$bundle/bin" "$bundle/tests"
cp bin/pongpg "$bundle/bin/"
cp tools/gpu-check.sh "$bundle/"

# Folders as in the sources, so that a test finds ../x/testdata if both are packed.
for package in "$@"; do
    folder=${package#./}
    [[ -d $folder ]] || { echo "gpu_bundle.sh: there is no package $package" >&2; exit 1; }
    mkdir -p "$bundle/tests/$folder"
    binary=$bundle/tests/$folder/$(basename "$folder").test
    CGO_ENABLED=1 "$GO" test -c -trimpath -ldflags '-s -w' -o "$binary" "$package"
    [[ -e $binary ]] || { echo "gpu_bundle.sh: $package has no tests" >&2; exit 1; }
    [[ ! -d $folder/testdata ]] || cp -r "$folder/testdata" "$bundle/tests/$folder/"
done

# The newest version of a symbol that the programs ask their C library for.
glibc=$(find "$bundle/bin" "$bundle/tests" -type f -executable -exec grep -aoh 'GLIBC_[0-9.]*' {} + | sort -Vu | tail -n 1) || true
cat >"$bundle/README.txt" <<END
$(bin/pongpg version)

What to check on a machine with an NVIDIA GPU. It needs 64-bit Linux on x86,
${glibc:-no C library}, and NVIDIA's driver; compute-sanitizer, of the CUDA toolkit, for one section.

    ./gpu-check.sh                        everything, in less than 10 minutes
    ./gpu-check.sh --without-sanitizer    where compute-sanitizer is not installed
    ./gpu-check.sh --help                 sections and limits of time

It prints a table, leaves it with the logs in ./gpu-check (or \$OUT), and exits with 1 if a
check failed.

    bin/pongpg       the program
    tests/           test binaries, each in its package's folder:
$(cd "$bundle/tests" && find . -name '*.test' | sort | sed 's,^\./,                         ,')
END

tar -C build --owner=0 --group=0 --sort=name -czf "$bundle.tar.gz" "$name"
du -h "$bundle.tar.gz"
