# shellcheck shell=bash
# shellcheck disable=SC2154 # bases and work are image_check.sh's
# What the image must be and do, for image_check.sh, which sets GO, IMAGE, VERSION, bases
# and work. A function a check: it fails by its status, and the last line that it
# prints is the figure in the table.

# Small and quick, and saved only by what is under test: the signal.
TRAIN=(train --seed 7 --envs 64 --batch-decisions 10000 --checkpoint-interval 1h --status-interval 200ms)

pongpg() { podman run --rm --volume runs:/runs "$IMAGE" "$@"; }
inside() { podman run --rm --entrypoint "$1" "$IMAGE" "${@:2}"; }
volume() { podman volume inspect --format '{{.Mountpoint}}' runs; }
last_update() { tail -n 1 "$(volume)/$1/metrics.jsonl" | sed 's/^{"update":\([0-9]*\),.*/\1/'; }
# Of a run's metrics, all but what the clock says.
timeless() { sed -E 's/"(elapsed_seconds|sps)":[^,}]*,?//g' "$(volume)/$1/metrics.jsonl"; }
equal() { [[ $1 == "$2" ]] || { echo "$3 is '$1', not '$2'"; return 1; }; }
config() { podman image inspect --format "{{$1}}" "$IMAGE"; }

check_size() {
    local base
    base=$(podman image inspect --format '{{.Size}}' "${bases[1]}")
    echo "$(($(config .Size) / 1000000)) MB, of which the base $((base / 1000000)) MB"
}

check_configuration() {
    equal "$(config 'json .Config.Entrypoint')" '["pongpg"]' entrypoint
    equal "$(config .Config.WorkingDir)" /runs "working directory"
    equal "$(config 'json .Config.Volumes')" '{"/runs":{}}' volumes
    equal "$(config .Config.StopSignal)" SIGTERM "stop signal"
    equal "$(config 'index .Labels "org.opencontainers.image.version"')" "$VERSION" "version's label"
    local environment
    environment=$(config 'json .Config.Env')
    [[ $environment == *'"NVIDIA_VISIBLE_DEVICES=all"'* && $environment == *'"NVIDIA_DRIVER_CAPABILITIES=compute,utility"'* ]] ||
        { echo "the NVIDIA variables are not in $environment"; return 1; }
    echo "entrypoint, volume, signal, variables, label"
}

check_version() {
    local out
    out=$(pongpg version)
    equal "$(awk 'NR == 1 {print $NF}' <<<"$out")" "$VERSION" "version"
    head -n 1 <<<"$out"
}

check_default() {
    local out
    out=$(podman run --rm "$IMAGE")
    grep -q '^COMMANDS:' <<<"$out" || { echo "no list of commands in: $out"; return 1; }
    echo "prints the commands"
}

check_user() {
    local uid
    uid=$(inside id -u)
    [[ $uid =~ ^[1-9][0-9]*$ ]] || { echo "uid is '$uid'"; return 1; }
    # shellcheck disable=SC2016 # the container's variables
    inside sh -ec 'touch "$HOME/x" /runs/x; if touch /usr/local/bin/x 2>/dev/null; then exit 1; fi'
    echo "uid $uid; writes its home and /runs, not the program's folder"
}

check_libraries() {
    local out status=0
    out=$(inside ldd /usr/local/bin/pongpg 2>&1) || status=$?
    if grep -E 'not found|libcuda' <<<"$out"; then return 1; fi
    # ldd fails on a static program, and says so; on anything else its failure is one.
    if grep -q 'not a dynamic executable' <<<"$out"; then
        # What opens the driver is C, and links with the C library.
        CGO_ENABLED=1 "$GO" list -deps ./cmd/pongpg >"$work/deps"
        if grep -qx pongpg/cuda/driver "$work/deps"; then echo "static: built without cgo"; return 1; fi
        echo "none; static"
        return
    fi
    [[ $status == 0 ]] || { echo "$out"; return 1; }
    awk '$1 ~ /^lib/ {printf "%s%s", sep, $1; sep = ", "} END {print ""}' <<<"$out"
}

check_no_gpu() {
    local out status=0
    out=$(pongpg train --device cuda --run refused 2>&1) || status=$?
    equal "$status" 1 "exit status"
    grep -q '^pongpg: .*--device cpu' <<<"$out" || { echo "no reason in: $out"; return 1; }
    [[ ! -e $(volume)/refused ]] || { echo "a run was begun"; return 1; }
    echo "refused, with the reason"
}

# The driver's library comes from outside, to one of two places: as the NVIDIA Container
# Toolkit mounts it, and as others do. This one is a driver that sees no card.
check_driver() {
    local folder out
    gcc -shared -fPIC -x c -o "$work/libcuda.so.1" - <<'END'
int cuInit(unsigned flags) { return flags ? 1 : 100; }
int cuDriverGetVersion(int *version) { *version = 13000; return 0; }
END
    for folder in /usr/lib/x86_64-linux-gnu /usr/local/nvidia/lib64; do
        out=$(podman run --rm --volume "$work/libcuda.so.1:$folder/libcuda.so.1:ro" "$IMAGE" devices)
        # The first is known by the name that Debian keeps for it, too.
        grep -qE "^driver +(/usr)?${folder#/usr}/libcuda.so.1, CUDA 13.0" <<<"$out" || { echo "not found in $folder: $out"; return 1; }
        grep -q '^auto *cpu: .*sees no device.*--gpus all' <<<"$out" || { echo "no advice in: $out"; return 1; }
    done
    echo "found where the toolkit puts it, and in /usr/local/nvidia"
}

# Leaves the run "stopped" behind for the next two.
check_sigterm() {
    podman run --detach --name stopped --volume runs:/runs "$IMAGE" "${TRAIN[@]}" --run stopped --updates 1000000 >/dev/null
    local deadline=$((SECONDS + 60)) pid before
    until grep -q '^{"update":20,' "$(volume)/stopped/metrics.jsonl" 2>/dev/null; do
        ((SECONDS < deadline)) || { podman logs stopped; echo "no updates in 60 s"; return 1; }
        sleep 0.1
    done
    pid=$(podman inspect --format '{{.State.Pid}}' stopped)
    equal "$(cat "/proc/$pid/comm")" pongpg "process 1"
    equal "$(awk '/^NSpid:/ {print $NF}' "/proc/$pid/status")" 1 "its number"
    before=$(ls "$(volume)/stopped/checkpoints")
    equal "$before" checkpoint-000000000.safetensors "checkpoints before the signal"
    # podman stop would send SIGKILL after 30 s; the status tells.
    podman stop --time 30 stopped >/dev/null
    equal "$(podman inspect --format '{{.State.ExitCode}}' stopped)" 143 "exit status"
    local update
    update=$(last_update stopped)
    [[ -s $(volume)/stopped/checkpoints/checkpoint-$(printf %09d "$update").safetensors ]] ||
        { ls "$(volume)/stopped/checkpoints"; echo "no checkpoint of update $update"; return 1; }
    echo "as process 1; saved after update $update; status 143"
}

check_resume() {
    local update
    update=$(last_update stopped)
    podman run --rm --read-only --cap-drop all --security-opt no-new-privileges --volume runs:/runs "$IMAGE" \
        train --resume stopped --updates $((update + 20))
    equal "$(last_update stopped)" $((update + 20)) "last update"
    echo "from $update to $((update + 20)); read-only root, no capabilities"
}

check_unbroken() {
    local update
    update=$(last_update stopped)
    pongpg "${TRAIN[@]}" --run whole --updates "$update"
    diff <(timeless whole) <(timeless stopped) >"$work/diff" || { head -n 4 "$work/diff"; echo "metrics differ"; return 1; }
    equal "$(timeless whole | wc -l)" "$update" "lines of metrics"
    echo "$update updates' metrics alike"
}

check_bind_mount() {
    install -d -o 12345 -g 12345 "$work/mine"
    podman run --rm --user 12345:12345 --volume "$work/mine:/runs" "$IMAGE" "${TRAIN[@]}" --run a --updates 2
    equal "$(stat -c %u "$work/mine/a/config.json")" 12345 "owner of the run"
    echo "with --user, a folder of uid 12345"
}

rows=() failed=0
# check NAME COMMAND: runs it, says how it went if it failed, and keeps a row.
check() {
    local start=$SECONDS status result=ok out
    # Not in a condition: errexit would be off within the command.
    set +e
    out=$(set -e; "$2" 2>&1)
    status=$?
    set -e
    if ((status != 0)); then
        result=FAILED failed=$((failed + 1))
        printf '%s: FAILED\n%s\n' "$1" "$out" >&2
    fi
    rows+=("$(printf '%-34s %-7s %3d s  %s' "$1" "$result" $((SECONDS - start)) "$(tail -n 1 <<<"$out")")")
}

run_checks() {
    podman volume create runs >/dev/null
    check "size" check_size
    check "configuration" check_configuration
    check "pongpg version" check_version
    check "no command" check_default
    check "user" check_user
    check "libraries" check_libraries
    check "--device cuda without a GPU" check_no_gpu
    check "a driver from outside" check_driver
    check "SIGTERM saves" check_sigterm
    check "--resume goes on" check_resume
    check "as if it had never stopped" check_unbroken
    check "another user, a mounted folder" check_bind_mount
    printf '\n'
    printf '%s\n' "${rows[@]}"
    printf '%d checks, %d failed, %d s in all\n' ${#rows[@]} "$failed" "$SECONDS"
    ((failed == 0)) || exit 1
}
