#!/usr/bin/env bash
# Trains the runs that the pictures of README.md and docs/ are of, and draws them.
#
#     tools/pictures.sh readme     the agent playing, its filters, learning curves
#     tools/pictures.sh recipes    the learning curves on the recipes' own pages
#
# A run ends after so many decisions, not seconds, so that everything but the seconds of an axis
# comes out the same on any machine. Runs are kept: one that is finished is not trained again,
# one that was interrupted goes on. A picture is replaced as a whole, or stays as it was.
#
# bin/pongpg must be there; the Makefile sees to it. In the environment may be
#
#     SEEDS       seeds of each line (readme: 101 102 103, which nothing was tuned on; recipes: 1 2 3)
#     DECISIONS   readme: of each run (100e6)
#     FILM        readme: what of the game is filmed, flags of watch (--greedy --seed 2 --points 2 --seconds 15)
#     RUNS        where the runs are kept (build/pictures)
#     PICTURES    where the pictures go (docs/pictures)
#     ARGS        flags of train that change nothing of what is learned, as --workers 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pongpg=bin/pongpg
RUNS=${RUNS:-build/pictures}
PICTURES=${PICTURES:-docs/pictures}
DECISIONS=${DECISIONS:-100e6}
read -ra film <<<"${FILM:---greedy --seed 2 --points 2 --seconds 15}"
read -ra args <<<"${ARGS:-}"

runs=() # that the next picture is of

die() {
    echo "pictures.sh: $*" >&2
    exit 1
}

# train NAME DECISIONS [FLAG...]: trains $RUNS/DECISIONS/NAME-SEED for each seed, and adds them to runs.
train() {
    local name=$1 decisions=$2 seed run
    shift 2
    for seed in $seeds; do
        run=$RUNS/$decisions/$name-$seed
        if [[ -e $run/config.json ]]; then
            same_settings "$run" --seed "$seed" "$@"
            logged "$run" --resume "$run"
        else
            logged "$run" --run "$run" --seed "$seed" --decisions "$decisions" "$@"
        fi
        runs+=("$run")
    done
}

# logged RUN FLAG...: trains with its output in RUN.log, and says what came of it.
logged() {
    local run=$1 log=$1.log
    shift
    mkdir -p "$(dirname "$run")"
    printf '%s: ' "$run"
    "$pongpg" train ${args[@]+"${args[@]}"} "$@" >"$log.new" || {
        echo "failed"
        die "pongpg train ${args[*]} $* failed; what it printed before is in $log.new"
    }
    if grep -q '^nothing to do' "$log.new"; then # the run's own log says more
        rm "$log.new"
        echo "is there"
        return
    fi
    mv "$log.new" "$log"
    sed -n 's/^mean return *\([^ ]*\) .*/return \1,/p; s/^training time *//p' "$log" | paste -sd ' '
}

# same_settings RUN FLAG...: fails if train would now begin RUN otherwise, as its recipe has changed.
same_settings() {
    local run=$1 now=$scratch/run
    shift
    rm -rf "$now"
    "$pongpg" train ${args[@]+"${args[@]}"} --run "$now" --updates 1 "$@" >/dev/null
    cmp -s <(settings "$now") <(settings "$run") ||
        die "$run has other settings than 'pongpg train $*' would give it now; remove it, and it is trained anew"
}

# settings RUN: its configuration, without when it ends, which comes last.
settings() { sed '/"limits"/,$d' "$1/config.json"; }

# draw COMMAND PICTURE FLAG...: makes a picture.
draw() {
    local command=$1 picture=$PICTURES/$2
    shift 2
    "$pongpg" "$command" -o "$picture" "$@" >/dev/null || die "no $picture"
    echo "$picture: $(du -k "$picture" | cut -f 1) kB"
}

readme() {
    seeds=${SEEDS:-101 102 103}
    train win "$DECISIONS"
    local first=${runs[0]}
    train fast "$DECISIONS" --recipe fast
    train karpathy "$DECISIONS" --recipe karpathy
    train karpathy-lr-1e-3 "$DECISIONS" --recipe karpathy --lr 1e-3

    draw watch game.gif "$first" --panel "${film[@]}" --force
    draw weights weights.png "$first" --units 6 --scale 2 --color --force
    draw plot curves.svg "${runs[@]}" --group --x decisions,seconds --width 20 --height 9 # as wide as a page on GitHub
}

# beside RECIPE DECISIONS: its curve, with that of win as far as it is of interest.
beside() {
    runs=()
    train "$1" "$2" --recipe "$1"
    train win 12e6
    draw plot "$1.svg" "${runs[@]}" --group
}

# The commands are those that the recipes' pages show.
recipes() {
    seeds=${SEEDS:-1 2 3}
    beside ppo 12e6
    beside a2c 20e6
    beside trpo 20e6
    beside imitate 12e6

    runs=()
    train cem 100e6 --recipe cem
    draw plot cem.svg "${runs[@]}" --group

    runs=() seeds=${seeds%% *} # a convolution takes too long for more than one
    train conv 5e6 --network conv --filters '8@8/4 16@4/2' --hidden 64
    draw plot conv.svg "${runs[@]}"
}

[[ -x $pongpg ]] || die "there is no $pongpg; make build makes it"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case ${1:-} in
readme | recipes) "$1" ;;
*)
    echo "pictures.sh: say which pictures: readme or recipes" >&2
    exit 2
    ;;
esac
