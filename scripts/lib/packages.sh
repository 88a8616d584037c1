# What comes from the distribution: packages through apt, and Debian's source packages.
# The machine's own list of sources is never changed: source packages are looked up with a
# private list below .cache.

# source_suite PACKAGE: the Debian release whose source of a package is used.
source_suite() {
    case "$1" in
    postgresql-15) echo bookworm ;;
    postgresql-16 | postgresql-18) echo sid ;;
    *) echo trixie ;;
    esac
}

# detect_system: sets SYSTEM (debian or ubuntu) or says what is supported.
detect_system() {
    [ -r /etc/os-release ] || die "This script knows Debian and Ubuntu; elsewhere install PostgreSQL 15 to 18 with pgvector 0.8, then set ENGRAM_PG_CONFIG to its pg_config and run it again."
    SYSTEM=$(. /etc/os-release && echo "$ID")
    case "$SYSTEM" in
    debian | ubuntu) ;;
    *)
        [ -n "${ENGRAM_PG_CONFIG:-}" ] || die "This script knows Debian and Ubuntu, not $SYSTEM: install PostgreSQL 15 to 18 with pgvector 0.8, then set ENGRAM_PG_CONFIG to its pg_config and run it again."
        ;;
    esac
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# candidate PACKAGE: the version apt would install, empty when there is none.
candidate() {
    apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -vx '(none)' || true
}

# refresh_lists: apt-get update, once per run and only when something has to be looked up.
refresh_lists() {
    [ -z "${LISTS_FRESH:-}" ] || return 0
    quietly apt-update as_root apt-get update ||
        die "apt-get update failed: check the network and /etc/apt, then run this again."
    LISTS_FRESH=yes
}

# need PACKAGE...: installs those that are missing.
need() {
    local missing=() package
    # Elsewhere than on Debian and Ubuntu the builds themselves tell what is missing.
    have apt-get || return 0
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    refresh_lists
    step "installing ${missing[*]}"
    quietly apt-install as_root apt-get install -y --no-install-recommends "${missing[@]}" ||
        die "apt-get could not install ${missing[*]}: repair that, then run this again."
}

# bindgen, which makes pgrx's bindings, needs libclang and clang's own headers.
need_libclang() {
    if compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null &&
        compgen -G '/usr/lib/llvm-*/lib/clang/*/include/stddef.h' >/dev/null; then
        return 0
    fi
    need libclang-dev
}

# The Debian mirror this machine already uses, else Debian's own.
debian_mirror() {
    local found
    found=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
        tr -d ' ' | head -n 1) || true
    echo "${found:-http://deb.debian.org/debian}"
}

# pinned_source PACKAGE: a release that is known to build, by its place on the mirror and its SHA-256.
pinned_source() {
    case "$1" in
    postgresql-17)
        echo pool/main/p/postgresql-17/postgresql-17_17.11.orig.tar.bz2 \
            dd27f2b3c59e73ed14aa3324901242bf69a032a6347805f274e6260322d42979
        ;;
    pgvector)
        echo pool/main/p/pgvector/pgvector_0.8.0.orig.tar.gz \
            867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0
        ;;
    esac
}

# fetch_pinned PACKAGE: that release, for a mirror whose lists are ahead of its files.
fetch_pinned() {
    local path sum file
    read -r path sum < <(pinned_source "$1") || return 1
    need ca-certificates curl
    file="$CACHE/src/$(basename "$path")"
    step "the mirror does not have what it lists; fetching $(basename "$path")"
    quietly "pinned-$1" curl -fsS --retry 3 -o "$file" "$(debian_mirror)/$path" || return 1
    if [ "$(sha256sum "$file" | cut -d' ' -f1)" != "$sum" ]; then
        rm -f "$file"
        step "$(basename "$path") is not the file that it should be"
        return 1
    fi
}

# fetch_source PACKAGE PATTERN: downloads Debian's source of a package into .cache/src, checked
# by apt against Debian's signature, and sets SOURCE to the upstream tarball matching PATTERN.
fetch_source() {
    local package=$1 pattern=$2 suite apt options
    suite=$(source_suite "$package")
    apt="$CACHE/apt/$suite"
    mkdir -p "$CACHE/src" "$apt/lists/partial"
    SOURCE=$(find "$CACHE/src" -name "$pattern" | sort -V | tail -n 1)
    [ -z "$SOURCE" ] || return 0
    have apt-get || die "$package has to be built from source here: install pgvector 0.8 or newer for your PostgreSQL, then run this again."
    need debian-archive-keyring dpkg-dev
    printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
        "$(debian_mirror)" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg >"$apt/$suite.sources"
    options=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt" -o Dir::State::Lists="$apt/lists"
        -o APT::Sandbox::User="$(id -un)" -o Dir::Cache::srcpkgcache="$apt/srcpkgcache.bin"
        -o Dir::Cache::pkgcache="$apt/pkgcache.bin")
    step "fetching the source of $package from Debian $suite"
    quietly "source-list-$package" apt-get "${options[@]}" update ||
        die "Debian's list of source packages could not be read: check the network, then run this again."
    (cd "$CACHE/src" && quietly "source-$package" apt-get "${options[@]}" source --download-only "$package") ||
        fetch_pinned "$package" ||
        die "The source of $package could not be downloaded: check the network, then run this again."
    SOURCE=$(find "$CACHE/src" -name "$pattern" | sort -V | tail -n 1)
    [ -n "$SOURCE" ] || die "Debian $suite has no $package in the form $pattern: set ENGRAM_PG_CONFIG to a PostgreSQL that has pgvector 0.8."
}
