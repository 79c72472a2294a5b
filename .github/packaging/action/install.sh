#!/usr/bin/env bash
# Puts a released skout into the runner's temporary folder, its checksum verified, or builds it where there is
# no release for the machine. In: SKOUT_* and RUNNER_* variables. Out: "program" in GITHUB_OUTPUT.
set -euo pipefail

say() { printf 'skout: %s\n' "$*" >&2; }
fail() { printf '::error title=skout::%s\n' "$*"; exit 2; }

own_version() { sed -n 's/^version = "\([^"]*\)".*/\1/p' "$SKOUT_ACTION/Cargo.toml" | head -n 1; }

version=${SKOUT_VERSION#v}
[ -n "$version" ] || version=$(own_version)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-.+][0-9A-Za-z.]+)?$ ]] || fail "'$version' is no version of a release, such as 0.1.0"

case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target= ;;
esac
program=skout
[ "${RUNNER_OS:-}" != Windows ] || program=skout.exe

folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/skout.XXXXXX")
releases=${SKOUT_RELEASE_URL:-$SKOUT_SERVER/$SKOUT_REPOSITORY/releases/download}
releases=${releases%/}

get() { curl --fail --silent --show-error --location --retry 3 --proto '=https,file' --output "$2" "$1"; }

# Reads from a stream: of a file with a backslash in its path (Windows) the programs would write the line otherwise.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d ' ' -f 1
}

download() {
  local archive=skout-$version-$target.tar.gz from=$releases/v$version
  [ -n "$target" ] || return 1
  get "$from/$archive" "$folder/$archive" || return 1
  get "$from/SHA256SUMS" "$folder/SHA256SUMS" || fail "$from/SHA256SUMS cannot be read, so $archive cannot be trusted"
  local wanted
  wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
  [ -n "$wanted" ] || fail "SHA256SUMS does not name $archive, so it cannot be trusted"
  [ "$(sha256 "$folder/$archive")" = "$wanted" ] || fail "$archive is not what SHA256SUMS says; it was not run"
  # From within: in D:/... a tar of GNU sees a host.
  (cd "$folder" && tar -xzf "$archive" "$program")
}

build() {
  command -v cargo >/dev/null || fail "there is no release $version for this machine, and no cargo to build it"
  say "there is no release $version for this machine; building it"
  if [ "$version" = "$(own_version)" ]; then
    cargo install --quiet --locked --root "$folder" --path "$SKOUT_ACTION"
  else
    cargo install --quiet --locked --root "$folder" --version "$version" skout
  fi
  mv "$folder/bin/$program" "$folder/$program"
}

download || build
"$folder/$program" --version >&2
printf 'program=%s\n' "$folder/$program" >>"$GITHUB_OUTPUT"
