#!/usr/bin/env bash
# Brings the real programs that tests stand on into one cache folder, and prints that folder's bin on stdout.
# They come from Debian's suite sid, through an apt configuration of our own, unpacked and not installed: the
# machine's own packages stay as they are. A second run costs nothing.
#
#   scripts/peers.sh            what is missing
#   scripts/peers.sh --refresh  everything anew
set -euo pipefail

cache="${SLUICE_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice/peers}"
bin="$cache/bin"
# program=package, the program being usr/bin/<program> of that Debian package.
peers=(
  kubectl=kubectl kustomize=kustomize crane=crane oras=oras docker-registry=docker-registry
  cosign=cosign notation=notation etcd=etcd-server age=age
)

mkdir -p "$bin"
# Test files run beside each other and each may ask first.
exec 9>"$cache/lock"
if command -v flock >/dev/null; then flock 9; fi

say() { printf '%s\n' "$*" >&2; }

missing=()
for peer in "${peers[@]}"; do
  [ "${1:-}" != --refresh ] && [ -x "$bin/${peer%%=*}" ] || missing+=("$peer")
done
if [ "${#missing[@]}" -eq 0 ]; then echo "$bin"; exit 0; fi

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  say "peers: no apt-get here, so these programs are missing: ${missing[*]%%=*}"
  echo "$bin"; exit 0
fi

mirror=$({ cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true; } |
  sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) +[a-z]+ +main.*/\2/p' | head -n 1)
[ -n "$mirror" ] || { say "peers: cannot find this machine's Debian mirror"; echo "$bin"; exit 0; }

apt="$cache/apt"
mkdir -p "$bin" "$apt/lists/partial" "$apt/cache/archives/partial"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -r "$keyring" ]; then trust="signed-by=$keyring"; else trust="trusted=yes"; fi
echo "deb [$trust] $mirror sid main" >"$apt/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)

say "peers: fetching ${missing[*]%%=*}"
apt-get "${options[@]}" update >&2
for peer in "${missing[@]}"; do
  program=${peer%%=*} package=${peer#*=}
  (cd "$apt" && apt-get "${options[@]}" download "$package/sid" >&2) || { say "peers: $program could not be had"; continue; }
  deb=$(ls -t "$apt/${package}_"*.deb | head -n 1)
  folder="$cache/$(basename "$deb" .deb)"
  rm -rf "$folder" && mkdir -p "$folder" && dpkg -x "$deb" "$folder" && rm -f "$deb"
  ln -sfn "$folder/usr/bin/$program" "$bin/$program"
  if ! "$bin/$program" --help >/dev/null 2>&1 && ! "$bin/$program" version >/dev/null 2>&1; then
    say "peers: $program does not run here"
    rm -f "$bin/$program"
  fi
done
echo "$bin"
