#!/bin/sh
# sh test/bare/run.sh [COMMAND]        (as root, with debootstrap; Debian or Ubuntu)
#
# Runs COMMAND (default: npm run quickstart) on a machine that has only git, a POSIX shell, npm and this machine's Node:
# a minimal Debian tree in which no browser, no NSS, no font and no database was ever installed. A machine on which Chromium
# once ran hides what set-up forgets.
#
# The tree is made once, in BARE_TREE (default /tmp/wwebjs-canary-bare), and the last commit of the project is cloned into it
# anew each time. The registry, its certificate and the cache of npm are this machine's. What was proved is printed first:
# which libraries and fonts the tree does not have. The exit code is that of COMMAND.
set -eu

command=${1:-npm run quickstart}
tree=${BARE_TREE:-/tmp/wwebjs-canary-bare}
project=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)

if [ ! -e "$tree/ready" ]; then
  debootstrap --variant=minbase bookworm "$tree" >&2
  mkdir -p "$tree/usr/lib/node_modules" "$tree$(git --exec-path)"
  cp -L "$(command -v node)" "$(command -v git)" "$tree/usr/bin/"
  cp -a "$(git --exec-path)/." "$tree$(git --exec-path)/"
  cp -a "$(npm root --global)/npm" "$tree/usr/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$tree/usr/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$tree/usr/bin/npx"
  touch "$tree/ready"
fi

rm -rf "$tree/root/project" "$tree/root/project.git"
git clone --quiet --bare "$project" "$tree/root/project.git"
cp /etc/resolv.conf /etc/hosts "$tree/etc/"
certificates=$(npm config get cafile)
[ "$certificates" = null ] || cp "$certificates" "$tree/root/certificates.pem"

# In namespaces of its own: the mounts and every process of the command are gone when it ends.
exec unshare --mount --pid --fork sh -c '
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  exec chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    npm_config_registry="$2" npm_config_cafile="$3" sh -c "$4" sh "$5"
' sh "$tree" "$(npm config get registry)" "$([ "$certificates" = null ] || echo /root/certificates.pem)" '
  set -e
  echo "node $(node -v), npm $(npm -v), $(git --version)"
  echo "NSS and NSPR libraries here: $(ldconfig -p | grep -cE "libnss3|libnspr4" || true)"
  echo "fonts here: $(find / -xdev \( -name "*.ttf" -o -name "*.otf" -o -name "*.pfb" \) 2>/dev/null | wc -l)"
  echo "fontconfig here: $(ls -d /etc/fonts 2>/dev/null || echo none)"
  git clone --quiet "$HOME/project.git" "$HOME/project"
  cd "$HOME/project"
  echo "+ $1"
  exec sh -c "$1"
' "$command"
