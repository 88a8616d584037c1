# A Rust toolchain new enough for this workspace, and cargo-pgrx for the rings that need it.

# What Cargo.toml says.
MIN_RUST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
PGRX_VERSION=0.18.1

rust_version() { rustc --version 2>/dev/null | cut -d' ' -f2 | cut -d- -f1; }

need_rust() {
    local packaged
    [ ! -d "$HOME/.cargo/bin" ] || PATH="$HOME/.cargo/bin:$PATH"
    if have cargo && have rustc && version_at_least "$(rust_version)" "$MIN_RUST"; then return 0; fi
    if have rustup; then
        step "updating Rust with rustup"
        quietly rustup rustup toolchain install stable --profile minimal -c clippy -c rustfmt && rustup default stable >/dev/null 2>&1 || true
        if version_at_least "$(rust_version)" "$MIN_RUST"; then return 0; fi
    elif need ca-certificates curl && curl -fsS --max-time 20 -o /dev/null https://static.rust-lang.org/rustup/release-stable.toml 2>/dev/null; then
        step "installing Rust with rustup (https://rustup.rs) for $(id -un)"
        quietly rustup install_rustup || die "rustup could not install Rust: see the log above, or install Rust $MIN_RUST yourself."
        PATH="$HOME/.cargo/bin:$PATH"
        if version_at_least "$(rust_version)" "$MIN_RUST"; then return 0; fi
    fi
    refresh_lists
    packaged=$(candidate cargo)
    if [ -n "$packaged" ] && version_at_least "${packaged#*:}" "$MIN_RUST"; then
        need cargo rustc
        return 0
    fi
    die "Rust $MIN_RUST or newer is needed; neither rustup (https://rustup.rs) nor this distribution offers it: install it so that cargo is in PATH, then run this again."
}

install_rustup() {
    local url place=$CACHE/rustup
    url="https://static.rust-lang.org/rustup/dist/$(uname -m)-unknown-linux-gnu/rustup-init"
    mkdir -p "$place" && cd "$place" &&
        curl --proto '=https' --tlsv1.2 -fsS -o rustup-init "$url" -o rustup-init.sha256 "$url.sha256" &&
        [ "$(cut -d' ' -f1 rustup-init.sha256)" = "$(sha256sum rustup-init | cut -d' ' -f1)" ] &&
        chmod +x rustup-init && ./rustup-init -y --no-modify-path --profile minimal -c clippy -c rustfmt
}

need_cargo_pgrx() {
    if [ "$(cargo pgrx --version 2>/dev/null | cut -d' ' -f2)" = "$PGRX_VERSION" ]; then return 0; fi
    need pkg-config libssl-dev build-essential
    step "installing cargo-pgrx $PGRX_VERSION, once (5 to 14 minutes)"
    with_progress cargo-pgrx cargo install cargo-pgrx --version "$PGRX_VERSION" --locked ||
        die "cargo-pgrx $PGRX_VERSION could not be installed: see the log above."
}
