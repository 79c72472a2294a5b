#!/usr/bin/env bash
# Packs the program of one target for a release, with completions and the manual page where it runs here.
#   archive.sh TARGET OUT-FOLDER [PROGRAM]
# In: a built program. Out: skout-VERSION-TARGET.tar.gz, the same bytes for the same input.
set -euo pipefail

target=$1 out=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
file=skout
case $target in *windows*) file=skout.exe ;; esac
program=${3:-$root/target/$target/release/$file}
version=$(sed -n 's/^version = "\([^"]*\)".*/\1/p' "$root/Cargo.toml" | head -n 1)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$out" "$folder/completions"
cp "$program" "$folder/$file"
cp "$root"/LICENSE-* "$root/README.md" "$folder"
"$program" man >"$folder/skout.1"
for shell in bash elvish fish powershell zsh; do
  "$program" completions "$shell" >"$folder/completions/skout.$shell"
done
names=("$file" completions skout.1 README.md LICENSE-APACHE LICENSE-MIT)
if [[ $(tar --version) == *GNU* ]]; then
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder" -cf - "${names[@]}" | gzip -n9 >"$out/skout-$version-$target.tar.gz"
else
  tar -C "$folder" -cf - "${names[@]}" | gzip -n9 >"$out/skout-$version-$target.tar.gz"
fi
