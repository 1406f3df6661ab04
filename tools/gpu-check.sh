#!/usr/bin/env bash
# All that can be said of pongpg only on a machine with an NVIDIA GPU: that the device is
# found, gives the processor's bits, breaks no rule of memory, learns, and how fast. It
# runs from the folder that `make gpu-bundle` fills and needs nothing but the driver
# (and compute-sanitizer, of the CUDA toolkit). Exit status 1 if any check failed.
set -euo pipefail

usage() {
    cat <<'END'
gpu-check.sh [OPTIONS] [SECTION...]

Sections, all of them if none is named, in this order:
  devices    pongpg devices finds the card
  suite      the test binaries in tests/, with PONGPG_REQUIRE_CUDA=1
  parity     pongpg parity, both recipes: every operation's bits on card and processor
  train      three recipes to a return; 100 updates on card and processor, alike
  bench      pongpg bench on the card and on the processor
  sanitizer  compute-sanitizer on the suite's short form: memcheck, racecheck, initcheck

Options:
  --limit S            seconds for everything (570); what does not fit has failed
  --suite-limit S      for each test binary (180)
  --parity-limit S     for each recipe (60)
  --train-limit S      for each training (60)
  --bench-seconds S    for each stage of the benchmark (1)
  --sanitizer-limit S  for each tool (120)
  --sanitizer-tests RE which tests of the suite the sanitizer runs (all)
  --without-sanitizer  leave the section out where compute-sanitizer is not installed
  --device NAME        cuda (the default), cuda:1, …; sim or cpu to try this script

Logs and the table go to $OUT, or ./gpu-check if that is not set.
END
}

die() { printf 'gpu-check: %s\n' "$*" >&2; exit 2; }

limit=570 suite=180 parity=60 train=60 bench=1 sanitizer=120 tests=. device=cuda
sanitize=yes sections=()
while (($#)); do
    case $1 in
    --help | -h) usage; exit ;;
    --without-sanitizer) sanitize=no; shift; continue ;;
    --*) (($# > 1)) || die "$1 needs a value; --help lists the options" ;;
    esac
    case $1 in
    --limit) limit=$2 ;;
    --suite-limit) suite=$2 ;;
    --parity-limit) parity=$2 ;;
    --train-limit) train=$2 ;;
    --bench-seconds) bench=$2 ;;
    --sanitizer-limit) sanitizer=$2 ;;
    --sanitizer-tests) tests=$2 ;;
    --device) device=$2 ;;
    --*) die "no option $1; --help lists them" ;;
    devices | suite | parity | train | bench | sanitizer) sections+=("$1"); shift; continue ;;
    *) die "no section '$1'; --help lists them" ;;
    esac
    shift 2
done
[[ $bench =~ ^[0-9]+(\.[0-9]+)?$ ]] || die "'$bench' is no number of seconds"
for number in "$limit" "$suite" "$parity" "$train" "$sanitizer"; do
    [[ $number =~ ^[1-9][0-9]*$ ]] || die "'$number' is no number of seconds"
done
((${#sections[@]})) || sections=(devices suite parity train bench sanitizer)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pongpg=$here/bin/pongpg
[[ -x $pongpg && -d $here/tests ]] || die "no bin/pongpg and tests/ beside this script; make gpu-bundle makes a folder that has them"
out=${OUT:-gpu-check}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without it the suite passes over what needs a card.
[[ $device == cpu || $device == sim ]] || export PONGPG_REQUIRE_CUDA=1

failed=0
: >"$out/table.txt"
row() { # CHECK RESULT FIGURE SECONDS; kept at once, for a script that is killed has said something too
    [[ $2 == ok || $2 == "left out" ]] || failed=$((failed + 1))
    printf '%-34s %-10s %5s s  %s\n' "$1" "$2" "$4" "$3" | tee -a "$out/table.txt"
}

# run SECTION NAME LIMIT JUDGE COMMAND... runs a command and keeps a row. Its output goes to
# $work/output, and is added to the section's log. A check is good if the command's
# status is 0 and the judge, which prints the figure, finds in the output what must be there.
run() {
    local section=$1 name=$2 seconds=$3 judge=$4 left=$((limit - SECONDS)) start=$SECONDS status=0 figure result=ok
    shift 4
    ((left >= 5)) || { row "$name" "NOT RUN" "--limit $limit is over" 0; return; }
    ((seconds <= left)) || seconds=$left
    timeout --kill-after=5 "$seconds" "$@" >"$work/output" 2>&1 || status=$?
    { printf '== %s: %s\n' "$name" "$*"; cat "$work/output"; printf '== status %d\n\n' "$status"; } >>"$out/$section.log"
    figure=$("$judge") || result=FAILED
    case $status in
    0) ;;
    124 | 137) result=FAILED figure="stopped after $seconds s" ;;
    *) result=FAILED figure="status $status: $(complaint)" ;;
    esac
    row "$name" "$result" "${figure:-see $section.log}" $((SECONDS - start))
}

# complaint prints the line of the output that says most about a failure.
complaint() { { grep -m 1 -E '^ *--- FAIL:|^panic:|^pongpg:|^=+ (Error|Invalid)' || tail -n 1; } <"$work/output"; }

# The judges. Each reads the output and prints a figure, or why not.
judge_devices() {
    [[ $device == cuda* ]] || { grep -m 1 '^cpu ' "$work/output"; return; }
    local name=$device
    [[ $name != cuda ]] || name=cuda:0
    grep -m 1 "^$name " "$work/output" | tr -s ' ' || { echo "no $name; $(tail -n 1 "$work/output")"; return 1; }
}
judge_suite() {
    awk '/^--- PASS:/ {pass++} /^ *--- SKIP:/ {skip++} /^PASS$/ {end = 1}
        END {printf "%d tests passed, %d skipped\n", pass, skip; exit !(pass && end)}' "$work/output"
}
judge_parity() {
    grep -m 1 'no difference' "$work/output" || { echo "the output has no \"no difference\""; return 1; }
}
judge_train() { # the summary's figures
    awk '/^decisions  / {d = $2} /^mean return  / {r = $3} /^training time  / {t = $3; sub(/^[^(]*/, ""); s = $0}
        END {printf "return %s after %s decisions, %s %s\n", r, d, t, s; exit !(d && t)}' "$work/output"
}
judge_alike() { # all metrics but the clock's
    local side
    for side in card processor; do
        sed -E 's/"(elapsed_seconds|sps)":[^,}]*,?//g' "$work/$side/metrics.jsonl" >"$work/$side.metrics" || return
    done
    cmp "$work/card.metrics" "$work/processor.metrics" || return
    echo "metrics alike in $(wc -l <"$work/card.metrics") updates"
    (($(wc -l <"$work/card.metrics") == 100))
}
judge_bench() { # the last measurement of "training" is the one with all workers
    local rate
    rate=$(grep -o '"stage":"training",[^}]*' "$work/output" | tail -n 1 | sed -n 's/.*"decisions_per_second":\([0-9.e+]*\).*/\1/p')
    awk -v rate="$rate" 'BEGIN {printf "training: %.2f M decisions/s\n", rate / 1e6; exit !(rate > 0)}'
}
judge_sanitizer() {
    # Of a program in which it saw no call it says so, and finds no error.
    if grep -m 1 '^=========.*terminated before first instrumented' "$work/output"; then return 1; fi
    judge_suite >/dev/null || { judge_suite; return 1; }
    local summary
    summary=$(grep 'SUMMARY:' "$work/output" | tail -n 1) || { echo "no summary"; return 1; }
    echo "${summary#========= }"
    grep -qE 'ERROR SUMMARY: 0 errors|RACECHECK SUMMARY: 0 hazards' <<<"$summary"
}

# The simulated device's subtests, at any depth, have the name sim. They need no card, and
# take what time there is.
skip='/^sim$|//^sim$|///^sim$|////^sim$|/////^sim$'

# each_test SECTION PREFIX LIMIT JUDGE ARGUMENTS -- COMMAND...: runs each test binary, in its
# package's folder, under COMMAND if there is one.
each_test() {
    local section=$1 prefix=$2 seconds=$3 judge=$4 binary folder arguments=()
    shift 4
    while [[ $1 != -- ]]; do arguments+=("$1"); shift; done
    shift
    [[ -n $(find "$here/tests" -name '*.test') ]] || row "$section" FAILED "no test binary in tests/" 0
    while read -r binary; do
        folder=$(dirname "$binary")
        run "$section" "$prefix${folder#"$here/tests/"}" "$seconds" "$judge" env -C "$folder" "$@" "$binary" "${arguments[@]}" </dev/null
    done < <(find "$here/tests" -name '*.test' | sort)
}

section_devices() { run devices "devices" 30 judge_devices "$pongpg" devices; }
section_suite() { each_test suite "suite " "$suite" judge_suite -test.v -test.skip "$skip" --; }
section_parity() {
    local recipe
    for recipe in win fast karpathy ppo trpo; do
        run parity "parity, recipe $recipe" "$parity" judge_parity \
            "$pongpg" parity --recipe "$recipe" --envs 256 --updates 3 --device "$device"
    done
    run parity "parity, recipe cem" "$parity" judge_parity \
        "$pongpg" parity --recipe cem --population 8 --elite 2 --updates 2 --device "$device"
    run parity "parity, convolutions" "$parity" judge_parity \
        "$pongpg" parity --network conv --batch-decisions 5000 --updates 2 --device "$device"
}
section_train() {
    local command=("$pongpg" train --device "$device" --time "${train}s")
    run train "train, win, to return 10" $((train + 15)) judge_train "${command[@]}" --until-return 10 --run "$work/win"
    run train "train, fast, to return 0" $((train + 15)) judge_train "${command[@]}" --recipe fast --until-return 0 --run "$work/fast"
    run train "train, karpathy 1e-3, to -10" $((train + 15)) judge_train \
        "${command[@]}" --recipe karpathy --lr 1e-3 --until-return -10 --run "$work/karpathy"
    run train "100 updates on $device" "$train" judge_train "$pongpg" train --device "$device" --updates 100 --run "$work/card"
    run train "the same updates on cpu" "$train" judge_alike "$pongpg" train --device cpu --updates 100 --run "$work/processor"
}
section_bench() {
    local side
    for side in "$device" cpu; do
        run bench "bench on $side" $((60 + 40 * ${bench%.*})) judge_bench "$pongpg" bench --device "$side" --seconds "$bench" --json
    done
}
section_sanitizer() {
    local tool program
    program=$(PATH=$PATH:${CUDA_HOME:-/usr/local/cuda}/bin command -v compute-sanitizer) || {
        if [[ $sanitize == no ]]; then
            row "compute-sanitizer" "left out" "not found" 0
        else
            row "compute-sanitizer" FAILED "not found; install the CUDA toolkit's, or give --without-sanitizer" 0
        fi
        return
    }
    for tool in "memcheck --leak-check full" racecheck initcheck; do
        # shellcheck disable=SC2086 # a tool and its options
        each_test sanitizer "${tool%% *} " "$sanitizer" judge_sanitizer -test.v -test.short -test.skip "$skip" -test.run "$tests" -- \
            "$program" --error-exitcode 9 --tool $tool
    done
}

{
    "$pongpg" version | tr '\n' ' '
    printf '\n%s, %s processors, device %s\n' "$(uname -sr)" "$(nproc)" "$device"
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || echo "no nvidia-smi"
    echo
} | tee "$out/machine.txt"
for section in "${sections[@]}"; do
    : >"$out/$section.log"
    "section_$section"
done
[[ -s $out/table.txt ]] || row "checks" FAILED "none ran" 0
printf '\n%-34s %-10s %7s  %s\n' check result time figure
cat "$out/table.txt"
printf '%d checks, %d failed, %d s in all; logs in %s\n' "$(wc -l <"$out/table.txt")" "$failed" "$SECONDS" "$out"
((failed == 0)) || exit 1
