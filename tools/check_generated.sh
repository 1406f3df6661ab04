#!/usr/bin/env bash
# check_generated.sh COMMAND...: fails if the command changes any file that git does
# not ignore, and shows the change. What is compared is the tree before and after, so
# that work not yet committed does no harm; the real index is left alone.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

index=$(mktemp)
trap 'rm -f "$index"' EXIT
cp "$(git rev-parse --git-path index)" "$index"

tree() {
    GIT_INDEX_FILE=$index git -c safe.directory='*' add --all
    GIT_INDEX_FILE=$index git -c safe.directory='*' write-tree
}

before=$(tree)
"$@"
after=$(tree)
if [[ $before != "$after" ]]; then
    git --no-pager diff --stat "$before" "$after"
    git --no-pager diff "$before" "$after" | head -n 100
    echo "generated files are not what their sources make; run '$*' and commit" >&2
    exit 1
fi
echo "generated files are what their sources make"
