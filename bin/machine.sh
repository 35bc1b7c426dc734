# What bin/dev and bin/test need of the machine: Python, system packages, the virtual environment.
# Sourced by both, from the root of the checkout. Each function says what it does and why it stops.

PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" # ldconfig and runuser lie here, out of an ordinary user's way
venv=.venv
missing=()

say() { printf '%s\n' "$*"; }
stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_mac() { [ "$(uname -s)" = Darwin ]; }

# --- system packages -------------------------------------------------------------------------------------------

# need PACKAGE PROBE…: notes PACKAGE as missing when PROBE fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

has_library() {
    # The whole list is read: grep -q would end ldconfig by a broken pipe, which pipefail takes for a failure.
    if is_mac; then
        ls /opt/homebrew/lib/"$1".* /usr/local/lib/"$1".*
    else
        ldconfig -p | grep -F "$1.so"
    fi
} >/dev/null 2>&1

need_pdf_libraries() {
    need libpango-1.0-0 has_library libpango-1.0
    need libpangoft2-1.0-0 has_library libpangoft2-1.0
    need libharfbuzz-subset0 has_library libharfbuzz-subset # without it a badge takes 15 times as long
}

# install_missing HOMEBREW_FORMULAE: installs what `need` found missing, or prints the command and stops.
install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    if is_mac; then
        stop "Missing: ${missing[*]}. Install it with Homebrew, then start again:
  brew install $1"
    fi
    command -v apt-get >/dev/null || stop "Missing: ${missing[*]} (Debian's names).
Install them with this machine's package manager, then start again."
    local install=(apt-get install -y --no-install-recommends "${missing[@]}") as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
            as_root=(sudo)
        else
            stop "Missing: ${missing[*]}. Run this as root, then start again:
  apt-get update && ${install[*]}"
        fi
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    say "Installing system packages: ${missing[*]}"
    local log
    log=$(mktemp)
    # A machine just started may be installing its own updates: wait for those to be done.
    if ! { "${as_root[@]}" apt-get update &&
        "${as_root[@]}" "${install[@]}" -o DPkg::Lock::Timeout=300; } >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        stop "The packages could not be installed. The command was: apt-get update && ${install[*]} (log: $log)"
    fi
    rm -f "$log"
    missing=()
}

# --- Python ----------------------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Sets $python to a Python of 3.11 or newer that can make virtual environments, installing Debian's if there is none.
find_python() {
    local candidate
    python=
    for candidate in python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        command -v python3 >/dev/null && stop "$(python3 --version) is too old: Plenary needs Python 3.11 or newer \
(Debian 12 or 13, Ubuntu 24.04)."
        missing+=(python3 python3-venv)
        python=python3
    elif ! can_make_venv "$python"; then
        local package=python3-venv
        [ "$(readlink -f "$(command -v "$python")")" = "$(readlink -f /usr/bin/python3)" ] || package=$python-venv
        missing+=("$package")
    fi
}

# install_requirements FILE: makes the virtual environment and installs FILE, unless just that was done before.
install_requirements() {
    is_new_enough "$python" || stop "$("$python" --version) is too old: Plenary needs Python 3.11 or newer."
    local stamp=$venv/$1.installed wanted
    # The folder is part of it: a virtual environment that was moved or copied does not work.
    wanted="$PWD $(cat requirements.txt "$1" | cksum)"
    if ! "$venv/bin/python" -c '' 2>/dev/null; then
        say "Making the virtual environment in $venv"
        "$python" -m venv --clear "$venv"
    fi
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "Installing $1 (a minute or two, the first time)"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --requirement "$1" ||
        stop "pip could not install $1: its reason stands above."
    printf '%s' "$wanted" >"$stamp"
}
